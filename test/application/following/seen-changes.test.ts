import { expect } from 'chai'
import { batchOf } from '../../../src/application/following/batch.ts'
import { seenOf } from '../../../src/application/following/seen-changes.ts'
import type { Sight } from '../../../src/application/ports/journal.ts'
import { ANYBODY, type Caller, type User } from '../../../src/domain/caller.ts'
import { type Change, chatChanged, memberChanged, messageChanged } from '../../../src/domain/chat/change.ts'
import * as Chat from '../../../src/domain/chat/chat.ts'
import type { Member, Membership } from '../../../src/domain/chat/member.ts'
import { posted } from '../../../src/domain/chat/message.ts'
import type { MessageId, Revision } from '../../../src/domain/identity.ts'
import { aChatId, aNewChat, aText, aTitle, aUser, later, NOON } from '../../fixtures.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]

const at = (revision: number) => revision as Revision

const aChat = (chat: Partial<Chat.Chat> = {}): Chat.Chat => ({ ...Chat.open(aNewChat())(aChatId()), ...chat })

const aMember = ({ id: userId }: User, revision: number): Member => ({
  chatId: aChatId(),
  userId,
  role: 'member',
  joinedAt: NOON,
  revision: at(revision),
})
const aFormer = (user: User, revision: number, removedBy: User | null = ALICE): Membership => ({
  ...aMember(user, revision),
  removedAt: NOON,
  removedBy: removedBy && removedBy.id,
})

const sent = (revision: number): Change =>
  messageChanged(
    posted(
      ALICE.id,
      { text: aText() },
      { chatId: aChatId(), id: revision as MessageId, createdAt: NOON, revision: at(revision) },
    ),
  )
/** The chat itself changed; what else was done to it by the time that it was read, moved its revision and its access. */
const shown = (revision: number, visibility: Chat.Visibility, read: Partial<Chat.Chat> = {}): Change =>
  chatChanged(
    aChat({
      visibility,
      revision: at(revision),
      changedAtRevision: at(revision),
      accessRevision: at(revision),
      ...read,
    }),
  )

const sight = (membership?: Membership, chat: Partial<Chat.Chat> = {}): Sight => ({ chat: aChat(chat), membership })

/** The revisions that the caller sees of changes after the first revision, and whether they are the last. */
const seen = (caller: Caller, before: Sight, after: number, ...changes: readonly Change[]) => {
  const batch = batchOf(at(after), changes, changes.at(-1)?.revision ?? at(after))
  const { batch: cut, isOver, sight } = seenOf(caller, before, batch)
  expect(cut.after).to.equal(after)
  expect(cut.upTo).to.equal(cut.changes.at(-1)?.revision)
  if (!isOver) expect(cut, 'the very batch, which others are handed as well').to.equal(batch)
  return { revisions: cut.changes.map(({ revision }) => revision as number), isOver, sight }
}

const seenChanges = (caller: Caller, before: Sight, after: number, ...changes: readonly Change[]) =>
  seenOf(caller, before, batchOf(at(after), changes, changes.at(-1)?.revision ?? at(after))).batch.changes

const revisionsOf = (...args: Parameters<typeof seen>) => {
  const { revisions, isOver } = seen(...args)
  return isOver ? [...revisions, 'over'] : revisions
}

describe('What a follower sees of what happened', () => {
  const bobs = sight(aMember(BOB, 0))
  const strangers = sight(undefined, { visibility: 'public' })

  it('ends with its own removal, that very change the last', () => {
    const changes = [sent(1), memberChanged(aFormer(BOB, 2)), sent(3), sent(4)]
    expect(revisionsOf(BOB, bobs, 0, ...changes)).to.deep.equal([1, 2, 'over'])
    expect(seen(BOB, bobs, 0, ...changes).sight.membership).to.deep.equal(aFormer(BOB, 2))
  })

  it('ends when it leaves a private chat, and goes on when it leaves a public one', () => {
    const changes = [memberChanged(aFormer(BOB, 1, BOB)), sent(2)]
    expect(revisionsOf(BOB, bobs, 0, ...changes)).to.deep.equal([1, 'over'])
    expect(revisionsOf(BOB, sight(aMember(BOB, 0), { visibility: 'public' }), 0, ...changes)).to.deep.equal([1, 2])
  })

  it('ends with the removal by another from a public chat, too', () => {
    const publics = sight(aMember(BOB, 0), { visibility: 'public' })
    for (const by of [ALICE, null])
      expect(revisionsOf(BOB, publics, 0, memberChanged(aFormer(BOB, 1, by)), sent(2))).to.deep.equal([1, 'over'])
  })

  it('goes on when somebody else is removed, or changes its role', () => {
    const changes = [memberChanged({ ...aMember(BOB, 1), role: 'reader' }), memberChanged(aFormer(ALICE, 2)), sent(3)]
    expect(revisionsOf(BOB, bobs, 0, ...changes)).to.deep.equal([1, 2, 3])
  })

  it('ends for strangers, and for nobody else, when the chat turns private', () => {
    const changes = [sent(1), shown(2, 'private'), sent(3)]
    expect(revisionsOf(ALICE, strangers, 0, ...changes)).to.deep.equal([1, 2, 'over'])
    expect(revisionsOf(BOB, { ...strangers, membership: aFormer(BOB, 0, BOB) }, 0, ...changes)).to.deep.equal([
      1,
      2,
      'over',
    ])
    expect(revisionsOf(BOB, { ...strangers, membership: aMember(BOB, 0) }, 0, ...changes)).to.deep.equal([1, 2, 3])
    expect(revisionsOf(BOB, strangers, 0, memberChanged(aMember(BOB, 1)), shown(2, 'private'), sent(3))).to.deep.equal([
      1, 2, 3,
    ])
  })

  it('never ends for services', () => {
    const changes = [memberChanged(aFormer(BOB, 1)), shown(2, 'private'), sent(3)]
    expect(revisionsOf(ANYBODY, strangers, 0, ...changes)).to.deep.equal([1, 2, 3])
  })

  it('does not end with what is older than what the follower knows already', () => {
    const readded = sight(aMember(BOB, 5))
    expect(revisionsOf(BOB, readded, 1, memberChanged(aFormer(BOB, 3)), sent(4), sent(6))).to.deep.equal([3, 4, 6])
    const shownAgain = sight(undefined, { visibility: 'public', changedAtRevision: at(5), revision: at(5) })
    expect(revisionsOf(ALICE, shownAgain, 1, shown(3, 'private'), sent(4), sent(6))).to.deep.equal([3, 4, 6])
  })

  it('does not end when it was added again by the time that the changes were read', () => {
    // The membership is told as it is: of the removal at 2 nothing is left.
    expect(revisionsOf(BOB, bobs, 0, sent(1), memberChanged(aMember(BOB, 4)), sent(5))).to.deep.equal([1, 4, 5])
  })

  it('does not end for who became a member before the chat turned private, and is told so only later', () => {
    const promoted = { ...aMember(BOB, 7), role: 'moderator' as const }
    const changes = [sent(4), shown(5, 'private'), sent(6), memberChanged(promoted), sent(8)]
    expect(revisionsOf(BOB, strangers, 3, ...changes)).to.deep.equal([4, 5, 6, 7, 8])
  })

  it('ends where the chat turned private, or may have, when it was changed again by the time that it was read', () => {
    // It turned private at 3; at 5 it was renamed.
    const renamed = shown(5, 'private', { accessRevision: at(3) })
    expect(revisionsOf(ALICE, strangers, 0, sent(1), sent(2), sent(4), renamed, sent(6))).to.deep.equal([
      1,
      2,
      5,
      'over',
    ])
    // At 5 somebody was added as well, so nothing says at which of 2 and 4 it turned private.
    const added = [memberChanged(aMember(BOB, 5)), shown(6, 'private', { accessRevision: at(5) })]
    expect(revisionsOf(ALICE, strangers, 0, sent(1), sent(3), ...added)).to.deep.equal([1, 6, 'over'])
    const seenLater = sight(undefined, { visibility: 'public', revision: at(3) })
    expect(revisionsOf(ALICE, seenLater, 0, sent(1), sent(3), ...added)).to.deep.equal([1, 3, 6, 'over'])
  })

  it('says nothing of the chat that came after, when that was read along', () => {
    const read = { revision: at(9), lastMessageId: 7 as MessageId, updatedAt: later(9000) }
    const lastChat = (...args: Parameters<typeof seenChanges>) =>
      seenChanges(...args).flatMap((change) => (change.kind === 'chat' ? change.chat : []))
    const known = { lastMessageId: 1, updatedAt: NOON, title: aTitle() }
    const renamed = shown(2, 'private', { ...read, title: aTitle('Renamed before'), accessRevision: at(0) })
    expect(lastChat(BOB, bobs, 0, sent(1), renamed, memberChanged(aFormer(BOB, 3)), sent(9))).to.containSubset([
      { ...known, title: aTitle('Renamed before') },
    ])
    const afterwards = shown(8, 'private', { ...read, title: aTitle('Renamed after'), accessRevision: at(2) })
    expect(lastChat(ALICE, strangers, 0, sent(1), sent(3), afterwards)).to.containSubset([
      { ...known, visibility: 'private' },
    ])
    expect(lastChat(ALICE, strangers, 0, sent(1), shown(2, 'private', read))).to.containSubset([known])
    const atOnce = shown(2, 'private', { lastMessageId: 1 as MessageId, updatedAt: later(2000) })
    expect(lastChat(ALICE, strangers, 0, sent(1), atOnce)).to.containSubset([{ updatedAt: later(2000) }])
  })

  it('is told in the next batch on what it saw in the one before', () => {
    const first = seen(BOB, strangers, 0, memberChanged(aMember(BOB, 1)))
    expect(revisionsOf(BOB, first.sight, 1, shown(2, 'private'), sent(3))).to.deep.equal([2, 3])
    const hidden = seen(BOB, first.sight, 1, shown(2, 'private'))
    expect(revisionsOf(BOB, hidden.sight, 2, sent(3), memberChanged(aFormer(BOB, 4, BOB)), sent(5))).to.deep.equal([
      3,
      4,
      'over',
    ])
  })
})
