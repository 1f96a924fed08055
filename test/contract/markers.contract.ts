import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Markers } from '../../src/application/ports/markers.ts'
import { ANYBODY, type Caller, type User, type UserId } from '../../src/domain/caller.ts'
import { post } from '../../src/domain/chat/message-decisions.ts'
import type { Role } from '../../src/domain/chat/member.ts'
import { marker, moveMarker } from '../../src/domain/chat/reading.ts'
import type { ChatId, MessagePosition } from '../../src/domain/identity.ts'
import { type Acting, acting } from '../acting.ts'
import { findChat } from '../changes.ts'
import { aChatId, anIntent, aText, aUser, later, left, NOON, right, upTo } from '../fixtures.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]

/** Markers as whoever asks moves them and looks at them. */
export const reading = (markers: Markers) => ({
  move: (caller: Caller, chatId: ChatId, userId: UserId, message: number, forward = false) => {
    const messageId = message as MessagePosition
    return markers.decide(caller, { chatId, userId }, moveMarker(caller, { userId, messageId, forward }))()
  },
  look: (caller: Caller, chatId: ChatId, userId: UserId) =>
    markers.decide(caller, { chatId, userId }, marker(caller, userId))(),
})

/** What every storage owes to those who read. */
export const markersContract = (open: () => Promise<{ readonly chats: Chats; readonly markers: Markers }>) => {
  let chats: Chats
  let act: Acting
  let read: ReturnType<typeof reading>

  beforeEach(async () => {
    const { chats: all, markers } = await open()
    ;[chats, act, read] = [all, acting(all), reading(markers)]
  })

  const withBob = async (visibility: 'private' | 'public' = 'private', role: Role = 'member') =>
    right(await act.open(ALICE, { visibility, members: [{ userId: BOB.id, role }] })).done.id
  const sent = async (caller: Caller, chatId: ChatId, count: number) => {
    for (const n of upTo(count)) right(await act.send(caller, chatId, `message ${n}`))
  }
  /** Where the marker of the user stands, and how much it has not read. */
  const standing = async (chatId: ChatId, { id }: User = BOB) => {
    const { reading, moved } = right(await read.look(ANYBODY, chatId, id))
    expect(moved).to.equal(false)
    expect(reading).to.include({ chatId, userId: id })
    return [reading.readMessageId, reading.unread]
  }
  const moved = async (chatId: ChatId, messageId: number, forward?: boolean) => {
    const { reading, moved } = right(await read.move(BOB, chatId, BOB.id, messageId, forward))
    expect(await standing(chatId), 'as it was answered').to.deep.equal([reading.readMessageId, reading.unread])
    return [reading.readMessageId, reading.unread, moved]
  }

  describe('a marker', () => {
    it('begins at 0 for whoever is there from the start, and what comes is unread', async () => {
      const chatId = await withBob()
      expect(await standing(chatId)).to.deep.equal([0, 0])
      await sent(ALICE, chatId, 3)
      expect(await standing(chatId)).to.deep.equal([0, 3])
      expect(right(await read.look(BOB, chatId, BOB.id))).to.deep.equal({
        reading: { chatId, userId: 'bob', readMessageId: 0, unread: 3 },
        moved: false,
      })
    })

    it('goes to where it is put, on and back, to 0 and to the last message, and says whether it moved', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 5)
      expect(await moved(chatId, 3)).to.deep.equal([3, 2, true])
      expect(await moved(chatId, 3)).to.deep.equal([3, 2, false])
      expect(await moved(chatId, 5)).to.deep.equal([5, 0, true])
      expect(await moved(chatId, 2)).to.deep.equal([2, 3, true])
      expect(await moved(chatId, 0)).to.deep.equal([0, 5, true])
    })

    it('does not go back when it is put forward', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 5)
      expect(await moved(chatId, 4, true)).to.deep.equal([4, 1, true])
      expect(await moved(chatId, 2, true)).to.deep.equal([4, 1, false])
      expect(await moved(chatId, 0, true)).to.deep.equal([4, 1, false])
      expect(await moved(chatId, 5, true)).to.deep.equal([5, 0, true])
    })

    it('does not go beyond the last message, and stays where it is then', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 2)
      for (const forward of [false, true])
        expect(left(await read.move(BOB, chatId, BOB.id, 3, forward))).to.deep.equal({
          kind: 'MarkerAhead',
          messageId: 3,
          lastMessageId: 2,
        })
      expect(await standing(chatId)).to.deep.equal([0, 2])
    })

    it('takes no revision of its chat, and is each member’s own', async () => {
      const chatId = await withBob()
      await sent(ANYBODY, chatId, 2)
      const before = right(await findChat(chats, chatId))
      await moved(chatId, 2)
      expect(right(await findChat(chats, chatId))).to.deep.equal(before)
      expect(await standing(chatId, ALICE)).to.deep.equal([0, 2])
    })

    it('is moved and shown by its user and by services, also of a reader', async () => {
      const chatId = await withBob('private', 'reader')
      await sent(ALICE, chatId, 2)
      expect(right(await read.move(ANYBODY, chatId, BOB.id, 1)).reading).to.include({ readMessageId: 1, unread: 1 })
      expect(right(await read.move(BOB, chatId, BOB.id, 2)).reading).to.include({ readMessageId: 2, unread: 0 })
      for (const answer of [await read.move(ALICE, chatId, BOB.id, 0), await read.look(ALICE, chatId, BOB.id)])
        expect(left<{ kind: string }>(answer)).to.include({ kind: 'Forbidden' })
      expect(await standing(chatId)).to.deep.equal([2, 0])
    })

    it('is nobody’s who is no member, and nothing where the chat is not seen', async () => {
      const [hidden, open] = [await withBob(), await withBob('public')]
      const kinds = async (caller: Caller, chatId: ChatId, userId: UserId) =>
        [await read.move(caller, chatId, userId, 0), await read.look(caller, chatId, userId)].map(
          (answer) => left<{ kind: string }>(answer).kind,
        )
      const of = (kind: string) => [kind, kind]
      expect(await kinds(CAROL, hidden, CAROL.id)).to.deep.equal(of('ChatNotFound'))
      expect(await kinds(CAROL, hidden, BOB.id)).to.deep.equal(of('ChatNotFound'))
      expect(await kinds(ANYBODY, aChatId(99_999), BOB.id)).to.deep.equal(of('ChatNotFound'))
      expect(await kinds(ANYBODY, hidden, CAROL.id)).to.deep.equal(of('MemberNotFound'))
      expect(await kinds(CAROL, open, CAROL.id)).to.deep.equal(of('MemberNotFound'))
      expect(await kinds(CAROL, open, BOB.id)).to.deep.equal(of('Forbidden'))
      right(await act.remove(BOB, open, BOB.id))
      expect(await kinds(BOB, open, BOB.id)).to.deep.equal(of('MemberNotFound'))
      right(await act.remove(ALICE, hidden, BOB.id))
      expect(await kinds(BOB, hidden, BOB.id)).to.deep.equal(of('ChatNotFound'))
      right(await act.close(ALICE, open))
      expect(await kinds(ALICE, open, ALICE.id)).to.deep.equal(of('ChatNotFound'))
    })

    it('is shown among the members to members and services, and to no stranger', async () => {
      const chatId = await withBob('public')
      await sent(ALICE, chatId, 3)
      await moved(chatId, 2)
      const shown = async (caller: Caller) => {
        const listed = right(await chats.members(caller, chatId, { limit: 10 })()).entries
        const own = right(await chats.findMember(caller, chatId, BOB.id)())
        return [...listed, own].map(({ readMessageId }) => readMessageId)
      }
      for (const caller of [ALICE, BOB, ANYBODY]) expect(await shown(caller)).to.deep.equal([3, 2, 2])
      expect(await shown(CAROL)).to.deep.equal([null, null, null])
    })
  })

  describe('unread', () => {
    it('counts no deleted message, wherever the marker stands, and every edited one', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 6)
      await moved(chatId, 3)
      right(await act.erase(ALICE, chatId, 2))
      expect(await standing(chatId), 'deleted before the marker').to.deep.equal([3, 3])
      right(await act.erase(ALICE, chatId, 5))
      expect(await standing(chatId), 'deleted after the marker').to.deep.equal([3, 2])
      right(await act.edit(ALICE, chatId, 6, 'edited'))
      expect(await standing(chatId)).to.deep.equal([3, 2])
      right(await act.erase(ALICE, chatId, 3))
      expect(await standing(chatId), 'the message of the marker deleted').to.deep.equal([3, 2])
      expect(await moved(chatId, 5), 'to a message that is deleted').to.deep.equal([5, 1, true])
      expect(await moved(chatId, 0)).to.deep.equal([0, 3, true])
      for (const number of [1, 4, 6]) right(await act.erase(ALICE, chatId, number))
      expect(await standing(chatId), 'nothing left').to.deep.equal([0, 0])
    })

    it('counts one’s own, too', async () => {
      const chatId = await withBob()
      await sent(BOB, chatId, 2)
      expect(await moved(chatId, 0)).to.deep.equal([0, 2, true])
    })
  })

  describe('whoever sends', () => {
    it('has read what it sent', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 2)
      await sent(BOB, chatId, 1)
      expect(await standing(chatId)).to.deep.equal([3, 0])
      await sent(ALICE, chatId, 1)
      expect(await standing(chatId)).to.deep.equal([3, 1])
      await moved(chatId, 1)
      const intent = anIntent(BOB)
      const send = () => chats.decide(BOB, { chatId, intent }, post(BOB, { text: aText() }, NOON, intent))()
      right(await send())
      expect(await standing(chatId)).to.deep.equal([5, 0])
      await moved(chatId, 1)
      expect(right(await send())).to.include({ replayed: true })
      expect(await standing(chatId), 'a replay sends nothing').to.deep.equal([1, 4])
    })

    it('has read the last of those that it sent at once, among those of others', async () => {
      const [one, other] = [await withBob(), await withBob()]
      await Promise.all(
        upTo(4).flatMap(() => [
          act.send(BOB, one),
          act.send(ALICE, one),
          act.send(ANYBODY, one),
          act.send(ALICE, other),
          act.send(BOB, other),
        ]),
      )
      for (const chatId of [one, other]) {
        const { entries } = right(await chats.messages(ANYBODY, chatId, { limit: 100 })())
        for (const user of [ALICE, BOB]) {
          const last = entries.find(({ author }) => author === user.id)?.id ?? 0
          expect(await standing(chatId, user)).to.deep.equal([last, entries.length - last])
        }
      }
    })

    it('has read nothing by that when it is a service or a stranger, and nobody else has', async () => {
      const chatId = await withBob('public')
      await sent(CAROL, chatId, 2)
      await sent(ANYBODY, chatId, 2)
      expect(await standing(chatId)).to.deep.equal([0, 4])
      expect(await standing(chatId, ALICE)).to.deep.equal([0, 4])
      expect(left(await read.look(ANYBODY, chatId, CAROL.id))).to.include({ kind: 'MemberNotFound' })
    })

    it('has read nothing by editing, by deleting, or by what was refused', async () => {
      const chatId = await withBob()
      await sent(BOB, chatId, 2)
      await moved(chatId, 0)
      right(await act.edit(BOB, chatId, 1, 'edited'))
      right(await act.erase(BOB, chatId, 1))
      right(await act.put(ALICE, chatId, BOB.id, 'reader'))
      expect(left(await act.send(BOB, chatId))).to.include({ kind: 'Forbidden' })
      expect(await standing(chatId)).to.deep.equal([0, 1])
    })
  })

  describe('whoever joins', () => {
    it('has read everything, each time it joins', async () => {
      const chatId = await withBob('public')
      await sent(ALICE, chatId, 2)
      right(await act.put(CAROL, chatId, CAROL.id, 'member'))
      expect(await standing(chatId, CAROL)).to.deep.equal([2, 0])
      await sent(ALICE, chatId, 1)
      expect(await standing(chatId, CAROL)).to.deep.equal([2, 1])
      right(await act.remove(CAROL, chatId, CAROL.id))
      await sent(ALICE, chatId, 2)
      right(await act.put(CAROL, chatId, CAROL.id, 'member'))
      expect(await standing(chatId, CAROL)).to.deep.equal([5, 0])
    })

    it('and has another role then, or the same, keeps its marker', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 3)
      await moved(chatId, 1)
      right(await act.put(ALICE, chatId, BOB.id, 'moderator'))
      right(await act.put(ALICE, chatId, BOB.id, 'moderator'))
      expect(await standing(chatId)).to.deep.equal([1, 2])
    })

    it('and sends at once has read what it sent, whichever comes first', async () => {
      for (const order of [0, 1]) {
        const chatId = await withBob('public')
        await sent(ALICE, chatId, 2)
        const [joins, sends] = [() => act.put(CAROL, chatId, CAROL.id, 'member'), () => act.send(CAROL, chatId)]
        const answers: readonly E.Either<unknown, unknown>[] = await Promise.all(
          (order === 0 ? [joins, sends] : [sends, joins]).map((work) => work()),
        )
        for (const answer of answers) right(answer)
        expect(await standing(chatId, CAROL), 'both have been').to.deep.equal([3, 0])
        const [changed] = await Promise.all(
          order === 0
            ? [act.put(ALICE, chatId, CAROL.id, 'moderator'), act.send(ALICE, chatId), act.send(CAROL, chatId)]
            : [act.send(CAROL, chatId), act.put(ALICE, chatId, CAROL.id, 'moderator'), act.send(ALICE, chatId)],
        )
        right(changed as E.Either<unknown, unknown>)
        const { entries } = right(await chats.messages(ANYBODY, chatId, { limit: 100 })())
        const last = entries.find(({ author }) => author === CAROL.id)?.id ?? 0
        expect((await standing(chatId, CAROL))[0]).to.equal(last)
        expect(right(await chats.findMember(ANYBODY, chatId, CAROL.id)())).to.include({ role: 'moderator' })
      }
    })
  })

  describe('a chat', () => {
    it('was active when a message was last sent, and before that, when it was opened', async () => {
      const chatId = await withBob()
      const activeAt = async () => right(await findChat(chats, chatId)).activeAt
      expect(await activeAt()).to.deep.equal(NOON)
      right(await act.rename(ALICE, chatId, 'renamed', later(1000)))
      right(await act.put(ALICE, chatId, CAROL.id, 'member', later(2000)))
      expect(await activeAt()).to.deep.equal(NOON)
      const { message } = right(await act.send(BOB, chatId, 'first', later(1500)))
      expect(message.createdAt, 'never back in time').to.deep.equal(later(2000))
      expect(await activeAt()).to.deep.equal(message.createdAt)
      right(await act.edit(BOB, chatId, 1, 'edited', later(3000)))
      right(await act.erase(BOB, chatId, 1, later(4000)))
      await moved(chatId, 0)
      expect(await activeAt()).to.deep.equal(message.createdAt)
      const sends = await Promise.all([act.send(BOB, chatId, 'a', later(5000)), act.send(ALICE, chatId)])
      right(await act.rename(ALICE, chatId, 'again', later(6000)))
      const last = sends.map((answer) => right(answer).message).find(({ id }) => id === 3)
      expect(await activeAt()).to.deep.equal(last?.createdAt)
    })
  })

  describe('moves at once', () => {
    it('come to one of what was asked, and all are answered', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 30)
      const answers = await Promise.all(upTo(30).map((n) => read.move(BOB, chatId, BOB.id, n)))
      expect(answers.map((answer) => right(answer).reading.readMessageId)).to.deep.equal(upTo(30))
      const [readMessageId = 0, unread] = await standing(chatId)
      expect(unread).to.equal(30 - readMessageId)
    })

    it('end at the farthest when all are forward', async () => {
      const chatId = await withBob()
      await sent(ALICE, chatId, 30)
      const order = upTo(30).map((n) => ((n * 7) % 30) + 1)
      await Promise.all(order.map(async (n) => right(await read.move(BOB, chatId, BOB.id, n, true))))
      expect(await standing(chatId)).to.deep.equal([30, 0])
    })
  })
}
