import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY, type Caller, type UserId } from '../../src/domain/caller.ts'
import { open } from '../../src/domain/chat/chat.ts'
import { appointed, type Membership, removed, type Role } from '../../src/domain/chat/member.ts'
import { marker, type MarkerScene, mayReadInbox, moveMarker } from '../../src/domain/chat/reading.ts'
import { aChatId, aNewChat, aPosition, aUser, left, right } from '../fixtures.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]
const CHAT = { ...open(aNewChat())(aChatId()), lastMessageId: aPosition(5) }

const aMember = (userId: UserId, role: Role = 'member') => appointed(CHAT, { userId, role }, undefined)

/** Bob has read three of five messages; bob asks. */
const aScene = (changes: Partial<MarkerScene> = {}): MarkerScene => ({
  chat: CHAT,
  membership: aMember(BOB.id),
  target: aMember(BOB.id),
  readMessageId: aPosition(3),
  ...changes,
})

describe('A read marker', () => {
  const move = (messageId: number, forward = false, caller: Caller = BOB, scene = aScene()) =>
    moveMarker(caller, { userId: BOB.id, messageId: aPosition(messageId), forward })(scene)

  it('goes anywhere from 0 to the last message, and forward alone when that is asked for', () => {
    expect([0, 2, 3, 5].map((number) => right(move(number)))).to.deep.equal([0, 2, 3, 5])
    expect([0, 2, 3, 5].map((number) => right(move(number, true)))).to.deep.equal([3, 3, 3, 5])
    expect(left(move(6))).to.deep.equal({ kind: 'MarkerAhead', messageId: 6, lastMessageId: 5 })
    expect(left(move(6, true))).to.include({ kind: 'MarkerAhead' })
  })

  it('is its member’s own, whatever its role, and a service’s', () => {
    for (const role of ['owner', 'moderator', 'member', 'reader'] as const) {
      const others = aScene({ membership: aMember(ALICE.id, role) })
      for (const answer of [
        marker(ALICE, BOB.id)(others),
        move(1, false, ALICE, others),
        move(9, false, ALICE, others),
      ])
        expect(left(answer as E.Either<{ kind: string }, unknown>), role).to.include({ kind: 'Forbidden' })
      const own = aScene({ membership: aMember(BOB.id, role), target: aMember(BOB.id, role) })
      expect([right(marker(BOB, BOB.id)(own)), right(move(1, false, BOB, own))], role).to.deep.equal([3, 1])
    }
    const unasked = aScene({ membership: undefined })
    expect([right(marker(ANYBODY, BOB.id)(unasked)), right(move(1, false, ANYBODY, unasked))]).to.deep.equal([3, 1])
  })

  it('is nobody’s who is no member, and not there in a chat that the caller may not see', () => {
    const former = removed(CHAT, aMember(BOB.id), BOB.id)
    const kinds = (membership: Membership | undefined, target: Membership | undefined, caller: Caller) =>
      [marker(caller, BOB.id), moveMarker(caller, { userId: BOB.id, messageId: aPosition(9), forward: false })].map(
        (decide) => left(decide(aScene({ membership, target })) as E.Either<{ kind: string }, unknown>).kind,
      )
    for (const target of [undefined, former]) {
      expect(kinds(undefined, target, ANYBODY)).to.deep.equal(['MemberNotFound', 'MemberNotFound'])
      expect(kinds(aMember(ALICE.id), target, ALICE)).to.deep.equal(['MemberNotFound', 'MemberNotFound'])
      expect(kinds(target, target, BOB)).to.deep.equal(['ChatNotFound', 'ChatNotFound'])
    }
    expect(kinds(undefined, aMember(BOB.id), ALICE)).to.deep.equal(['ChatNotFound', 'ChatNotFound'])
  })
})

describe('An inbox', () => {
  it('is read by its user and by services', () => {
    expect([mayReadInbox(BOB, BOB.id), mayReadInbox(ANYBODY, BOB.id)].every(E.isRight)).to.equal(true)
    for (const other of ['alice', 'BOB', 'bob2'])
      expect(left(mayReadInbox(aUser(other), BOB.id))).to.include({ kind: 'Forbidden' })
  })
})
