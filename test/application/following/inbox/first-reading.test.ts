import { expect } from 'chai'
import type { Moment } from '../../../../src/application/ports/inboxes.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { aUser, left, right, upTo } from '../../../fixtures.ts'
import { settled } from '../fakes.ts'
import { aFollower, aServer, type Question, type Server } from './fakes.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]
const ZERO = 0 as Moment

describe('A stream of an inbox', () => {
  let server: Server

  beforeEach(() => {
    server = aServer()
  })

  const opened = async (...members: readonly ReturnType<typeof aUser>[]): Promise<ChatId> => {
    const founders = members.map(({ id }) => ({ userId: id, role: 'member' as const }))
    return right(await server.act.open(ANYBODY, { members: founders })).done.id
  }
  const send = async (chatId: ChatId) => void right(await server.act.send(ANYBODY, chatId))
  const following = async ({ id }: ReturnType<typeof aUser>, after?: Moment) => {
    const follower = aFollower(server, id)
    await follower.begin(after)
    await server.quiet()
    return follower
  }

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

  /** What may happen while the answers to its first questions are held back, each in its own order. */
  describe('whose beginning takes long', () => {
    const questions: readonly Question[] = ['markersOf', 'heads', 'since', 'entries']

    /** A stream that was let in, whose answer to the question is read, and on its way. */
    const beginning = async (what: Question, after: Moment | undefined) => {
      const alice = aFollower(server, ALICE.id)
      const { follow } = server
      // What lets it in is answered at once.
      server.follow = (caller, command) => async () => {
        const answer = await follow(caller, command)()
        server.fake.holds.add(what)
        return answer
      }
      await alice.begin(after)
      server.follow = follow
      server.fake.holds.clear()
      return alice
    }

    for (const what of questions)
      for (const after of [ZERO, undefined]) {
        const title = `${what} is answered late, ${after === undefined ? 'from now on' : 'resumed'}`

        it(`loses nothing that comes and goes meanwhile: ${title}`, async () => {
          const [sent, read, lost, gone] = [
            await opened(ALICE),
            await opened(ALICE),
            await opened(ALICE),
            await opened(ALICE),
          ]
          const added = await opened(BOB)
          for (const chatId of [read, added]) await send(chatId)
          const alice = await beginning(what, after)
          await send(sent)
          await server.mark(read, ALICE.id, 1)
          right(await server.act.put(ANYBODY, added, ALICE.id, 'member'))
          right(await server.act.remove(ANYBODY, lost, ALICE.id))
          right(await server.act.close(ANYBODY, gone))
          const made = await opened(ALICE)
          await server.quiet()
          await server.fake.letGo()
          await server.quiet()
          server.poll.look()
          await server.quiet()
          expect([sent, read, added, made].map((chatId) => alice.of(chatId).at(-1))).to.deep.equal([
            [1, 1],
            [1, 0],
            [1, 0],
            [0, 0],
          ])
          expect([...alice.fold.entries.keys()].sort()).to.deep.equal([sent, read, added, made])
          expect(alice.fold.violations).to.deep.equal([])
          // Whoever begins now may have been shown what was there when it was let in.
          if (after === undefined)
            expect([lost, gone].map((chatId) => alice.of(chatId).at(-1))).to.deep.equal(['removed', 'removed'])
          // From now on it is as if it had always been there.
          await send(made)
          await server.quiet()
          expect(alice.of(made).at(-1)).to.deep.equal([1, 1])
        })
      }

    it('is told the newest last, when an older reading of others is answered after its own', async () => {
      const chatId = await opened(ALICE, BOB)
      const bob = await following(BOB)
      server.fake.holds.add('entries')
      await send(chatId)
      await settled()
      const [round] = server.fake.held.splice(0)
      server.fake.holds.clear()
      await send(chatId)
      // Of alice the round knows as soon as her marker was signalled, and holds an answer for her.
      const alice = await following(ALICE, ZERO)
      expect(alice.of(chatId)).to.deep.equal([[2, 2]])
      round?.go()
      await server.quiet()
      expect(alice.fold.violations).to.deep.equal([])
      expect([alice, bob].map(({ of }) => of(chatId).at(-1))).to.deep.equal([
        [2, 2],
        [2, 2],
      ])
    })

    it('is told the newest last, when a second stream of a user begins during a reading for the first', async () => {
      const chatId = await opened(ALICE)
      const first = await following(ALICE)
      server.fake.holds.add('entries')
      await send(chatId)
      await settled()
      const [round] = server.fake.held.splice(0)
      server.fake.holds.clear()
      await send(chatId)
      const second = await following(ALICE, ZERO)
      expect(second.of(chatId)).to.deep.equal([[2, 2]])
      round?.go()
      await server.quiet()
      expect(first.of(chatId)).to.deep.equal([
        [1, 1],
        [2, 2],
      ])
      expect(second.of(chatId).every((told) => told[1] === 2)).to.equal(true)
      expect([first, second].map(({ fold }) => fold.violations)).to.deep.equal([[], []])
    })

    /** Somebody who begins now, its answer read and on its way, in a chat that another is told of at once. */
    const besideAnother = async () => {
      const chatId = await opened(ALICE, BOB)
      await following(BOB)
      await send(chatId)
      await server.quiet()
      const alice = await beginning('since', undefined)
      const held = server.fake.held.splice(0)
      const goOn = async () => {
        for (const { go } of held) go()
        await settled()
      }
      return { chatId, alice, goOn }
    }

    it('is told of what others were told of before it went on', async () => {
      const { chatId, alice, goOn } = await besideAnother()
      await send(chatId)
      await server.quiet()
      await goOn()
      await server.quiet()
      expect(alice.of(chatId)).to.deep.equal([[2, 2]])
    })

    it('is told of what is being read for others while it goes on', async () => {
      const { chatId, alice, goOn } = await besideAnother()
      server.fake.holds.add('entries')
      await send(chatId)
      await settled()
      await goOn()
      await server.fake.letGo()
      await server.quiet()
      expect(alice.of(chatId)).to.deep.equal([[2, 2]])
    })

    it('is told of what rings where nobody was, though it was known that nobody is', async () => {
      const chatId = await opened(ALICE)
      await following(BOB)
      await send(chatId)
      await server.quiet()
      const alice = await beginning('since', undefined)
      await send(chatId)
      await server.quiet()
      await server.fake.letGo()
      await server.quiet()
      expect(alice.of(chatId)).to.deep.equal([[2, 2]])
    })

    for (const [what, told] of [
      ['a change', [2, 2]],
      ['its end', 'removed'],
    ] as const)
      it(`is told of ${what} that was found by a reading which began before it, and ended after it`, async () => {
        const chatId = await opened(ALICE)
        const first = await following(ALICE)
        await send(chatId)
        await server.quiet()
        let goOn = () => {}
        server.fake.delay = () => new Promise((resolve) => (goOn = resolve))
        server.bell.ring(chatId)
        await settled()
        server.fake.delay = () => undefined
        const second = await following(ALICE, ZERO)
        server.bell.isDeaf = true
        if (told === 'removed') right(await server.act.remove(ANYBODY, chatId, ALICE.id))
        else await send(chatId)
        goOn()
        await server.quiet()
        expect([first, second].map(({ of }) => of(chatId).at(-1))).to.deep.equal([told, told])
      })

    it('has its user told on all streams of a chat that it does not find any more', async () => {
      const chatId = await opened(ALICE)
      const first = await following(ALICE)
      server.bell.isDeaf = true
      right(await server.act.remove(ANYBODY, chatId, ALICE.id))
      await following(ALICE, ZERO)
      expect(first.of(chatId)).to.deep.equal(['removed'])
    })

    it('is told that a chat is gone, when that was read for the first stream of the user before', async () => {
      const chatId = await opened(ALICE)
      const first = await following(ALICE)
      const second = await beginning('since', ZERO)
      right(await server.act.remove(ANYBODY, chatId, ALICE.id))
      await server.quiet()
      expect(first.of(chatId)).to.deep.equal(['removed'])
      await server.fake.letGo()
      await server.quiet()
      expect(second.fold.entries.size).to.equal(0)
      await send(chatId)
      await server.quiet()
      expect([first, second].map(({ of }) => of(chatId).at(-1))).to.deep.equal(['removed', 'removed'])
    })
  })
})
