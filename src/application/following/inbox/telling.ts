import * as E from 'fp-ts/lib/Either.js'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import type { Unavailable } from '../../ports/failures.ts'
import type { Inboxes, InboxAddress, InboxHead, InboxNews } from '../../ports/inboxes.ts'
import { memo } from '../../ports/memo.ts'
import type { DueReadings } from './due-readings.ts'
import type { FollowedUser, FollowedUsers } from './followed-users.ts'
import type { EntryEvent, ToldEntry } from './inbox-event.ts'
import type { Tick } from './inbox-stream.ts'
import type { Progress } from './progress.ts'

/** What the reading and telling of inboxes is done with. */
export interface Telling {
  readonly inboxes: Inboxes
  readonly followed: FollowedUsers
  readonly due: DueReadings
  readonly progress: Progress
}

/** Chats whose access revision is another than the one that is known here. */
export type MovedAccess = ReadonlyMap<ChatId, Revision>

export const entryEvents = ({ chat, lastMessage, members }: InboxNews): readonly ToldEntry[] => {
  const head = memo<InboxHead>({ chat, lastMessage })
  return members.map((own) => ({ kind: 'entry', chatId: chat.id, head, own }))
}

/** What the streams of the user did not take is read again. */
const hand = ({ due }: Telling, user: FollowedUser, event: EntryEvent, readAt: Tick): boolean => {
  let isTaken = true
  for (const stream of user.streams) if (!stream.offer(event, readAt)) isTaken = false
  if (!isTaken) due.entry(event.chatId, user.id)
  return isTaken
}

const tellUser = (
  telling: Telling,
  user: FollowedUser,
  chatId: ChatId,
  event: ToldEntry | undefined,
  revision: Revision,
  readAt: Tick,
) => {
  const { followed } = telling
  if (event) {
    followed.enter(user, chatId, revision, event.own.readMessageId)
    hand(telling, user, event, readAt)
  } else if (user.markers.has(chatId) && hand(telling, user, { kind: 'removed', chatId }, readAt))
    // A stream that did not take it is told when it was read again, as long as the chat is remembered.
    followed.leave(user, chatId)
}

/** A chat that many users are in may be read in parts, one after the other. */
const earliest = (parts: readonly InboxNews[]): InboxNews | undefined =>
  parts.toSorted((a, b) => a.chat.revision - b.chat.revision)[0]

/** Takes note of what is known of the chat now. */
const note = (
  { followed, due }: Telling,
  { chat: { id, revision } }: InboxNews,
  asked: ReadonlySet<UserId>,
  isWhole: boolean,
) => {
  const known = followed.chats.get(id)
  if (!known) return
  if (!isWhole) {
    if (known.revision !== revision) due.chat(id)
    return
  }
  known.revision = revision
  // Who came meanwhile may have read before the change that was told now.
  for (const user of known.users) if (!asked.has(user.id)) due.entry(id, user.id)
}

/**
 * Reads the entries in one go and tells each user its own: what it is now, or that there is none. `whole` are the chats of which
 * all users that are known here are asked for.
 */
export const tell = async (
  telling: Telling,
  addresses: readonly InboxAddress[],
  whole: ReadonlySet<ChatId>,
): Promise<E.Either<Unavailable, MovedAccess>> => {
  const moved = new Map<ChatId, Revision>()
  if (addresses.length === 0) return E.right(moved)
  const { inboxes, followed, progress } = telling
  const readAt = progress.next()
  const answer = await inboxes.entries(addresses)()
  if (E.isLeft(answer)) return answer
  progress.read(answer.right.moment)

  const news = Map.groupBy(answer.right.news, ({ chat }) => chat.id)
  for (const [chatId, ofChat] of Map.groupBy(addresses, (address) => address.chatId)) {
    const parts = news.get(chatId) ?? []
    const own = new Map(parts.flatMap(entryEvents).map((event) => [event.own.userId, event]))
    const found = earliest(parts)
    const asked = new Set(ofChat.map(({ userId }) => userId))
    for (const userId of asked) {
      const user = followed.users.get(userId)
      if (user) tellUser(telling, user, chatId, own.get(userId), found?.chat.revision ?? (0 as Revision), readAt)
    }
    if (!found) continue
    note(telling, found, asked, whole.has(chatId))
    const { accessRevision } = found.chat
    if (followed.chats.get(chatId)?.accessRevision !== accessRevision) moved.set(chatId, accessRevision)
  }
  return E.right(moved)
}
