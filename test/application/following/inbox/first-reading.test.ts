import { expect } from 'chai'
import type { Moment } from '../../../../src/application/ports/inboxes.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import { aUser, left, right, upTo } from '../../../fixtures.ts'
import { aServer, type Server } from './fakes.ts'
import { scenesOn } from './follower.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]
const ZERO = 0 as Moment

type Scenes = ReturnType<typeof scenesOn>

describe('A stream of an inbox', () => {
  let server: Server
  let opened: Scenes['opened']
  let send: Scenes['send']
  let following: Scenes['following']

  beforeEach(() => {
    server = aServer()
    ;({ opened, send, following } = scenesOn(server))
  })

  describe('begins', () => {
    it('now, when it names no moment, and tells nothing of before, though that be a moment ago', async () => {
      server.fake.margin = 1000
      const chatId = await opened(ALICE)
      await send(chatId)
      const alice = await following(ALICE)
      expect(alice.got).to.deep.equal([])
      await send(chatId)
      await server.quiet()
      expect(alice.of(chatId)).to.deep.equal([[2, 2]])
    })

    it('with all entries after the beginning of time, behind the word which chats there are', async () => {
      const chatIds = [await opened(ALICE), await opened(ALICE)]
      await opened(BOB)
      const alice = await following(ALICE, ZERO)
      expect(alice.events()).to.deep.equal(['chats', 'entry', 'entry'])
      expect(alice.got[0]?.data).to.deep.equal({ chat_ids: chatIds })
      expect([...alice.fold.entries.keys()]).to.deep.equal(chatIds)
    })

    it('with what changed since the moment of its last event, and loses nothing that went meanwhile', async () => {
      const [a, b, c, d] = [await opened(ALICE), await opened(ALICE), await opened(ALICE), await opened(ALICE)]
      const alice = await following(ALICE, ZERO)
      await alice.cut()
      await send(a)
      await server.mark(a, ALICE.id, 1)
      right(await server.act.remove(ANYBODY, b, ALICE.id))
      right(await server.act.close(ANYBODY, d))
      alice.got.length = 0
      await alice.begin()
      expect(alice.got.map(({ data }) => data)).to.containSubset([{ chat_ids: [a, c] }, { chat: { id: a }, unread: 0 }])
      expect(alice.got).to.have.length(2)
      expect([...alice.fold.entries.keys()].sort()).to.deep.equal([a, c])
    })

    it('with everything, when its moment is not reached yet: the store was restored', async () => {
      const chatId = await opened(ALICE)
      const alice = await following(ALICE, 1_000_000 as Moment)
      expect(alice.of(chatId)).to.deep.equal([[0, 0]])
      expect(alice.moment()).to.equal(right(await server.real.since(ALICE.id, ZERO)()).moment)
    })

    it('with as many events as there are, a hundred at a time', async () => {
      for (const _ of upTo(250)) await opened(ALICE)
      const alice = await following(ALICE, ZERO)
      expect(alice.fold.entries.size).to.equal(250)
      expect(alice.got.slice(0, -1).every(({ moment }) => moment === ZERO)).to.equal(true)
      expect(alice.got.at(-1)?.moment).to.be.greaterThan(ZERO)
    })

    it('not at all while the store is not available, and later when that was so after it was let in', async () => {
      const chatId = await opened(ALICE)
      server.fake.trouble = { what: 'since', kind: 'unavailable' }
      const refused = await server.follow(ALICE, { userId: ALICE.id, after: ZERO })()
      expect(left(refused)).to.have.property('kind', 'Unavailable')
      for (const what of ['markersOf', 'heads', 'entries'] as const)
        for (const kind of ['unavailable', 'defect'] as const) {
          server.fake.trouble = { what, kind }
          server.failures.length = 0
          const alice = await following(ALICE, ZERO)
          expect([alice.got.length, server.failures.length], what).to.deep.equal([0, 1])
          server.fake.trouble = undefined
          server.poll.look()
          await server.quiet()
          expect(alice.of(chatId), what).to.deep.equal([[0, 0]])
          await alice.cut()
        }
    })
  })
})
