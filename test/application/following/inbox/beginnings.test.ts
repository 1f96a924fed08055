import { expect } from 'chai'
import type { Moment } from '../../../../src/application/ports/inboxes.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import { aUser, right } from '../../../fixtures.ts'
import { settled } from '../fakes.ts'
import { aServer, type Question, type Server } from './fakes.ts'
import { aFollower, scenesOn } from './follower.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]
const ZERO = 0 as Moment

type Scenes = ReturnType<typeof scenesOn>

describe('A stream of an inbox that begins while others are told', () => {
  let server: Server
  let opened: Scenes['opened']
  let send: Scenes['send']
  let following: Scenes['following']

  beforeEach(() => {
    server = aServer()
    ;({ opened, send, following } = scenesOn(server))
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
