import * as E from 'fp-ts/lib/Either.js'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import type { Unavailable } from '../../ports/failures.ts'
import type { InboxAddress, Inboxes } from '../../ports/inboxes.ts'
import type { FollowedUsers } from './followed-users.ts'
import type { MovedAccess } from './telling.ts'

/** Chats whose access revision is remembered though nobody here is in them. What is forgotten costs one more look. */
const MOST_REMEMBERED = 10_000

/** Finds users of this server who have become members of a chat. */
export interface Newcomers {
  /** Of chats that nobody here is known to be in, those in which somebody may be by now. */
  readonly among: (strange: readonly ChatId[]) => Promise<E.Either<Unavailable, MovedAccess>>
  /** Who of the users here is a member of one of the chats, and is not known to be. */
  readonly in: (moved: MovedAccess) => Promise<E.Either<Unavailable, readonly InboxAddress[]>>
  /** Who is in the chats at these revisions has been looked up, and told. */
  readonly remember: (moved: MovedAccess) => void
}

/**
 * A chat may ring because somebody was added. That moves its access revision, so the members of a chat are looked up when it has
 * another one than when they last were. The revision of a chat that somebody here is in stands with that chat, those of others
 * in a map that is bounded.
 *
 * What is remembered holds for who was connected when it was looked up. Who connects later reads all of its chats; until it has,
 * nothing is taken as known.
 */
export const newcomers = (inboxes: Inboxes, { users, chats }: FollowedUsers): Newcomers => {
  const remembered = new Map<ChatId, Revision>()

  const isAnybodyBeginning = () => [...users.values()].some(({ isEntered }) => !isEntered)

  return {
    among: async (strange) => {
      if (strange.length === 0) return E.right(new Map())
      const heads = await inboxes.heads(strange)()
      if (E.isLeft(heads)) return heads
      const moved = new Map<ChatId, Revision>()
      const isNew = isAnybodyBeginning()
      for (const [id, { accessRevision }] of heads.right)
        if (isNew || remembered.get(id) !== accessRevision) moved.set(id, accessRevision)
      return E.right(moved)
    },
    in: async (moved) => {
      if (moved.size === 0) return E.right([])
      const members = await inboxes.membersAmong([...moved.keys()], [...users.keys()])()
      if (E.isLeft(members)) return members
      return E.right(members.right.filter(({ chatId, userId }) => users.get(userId)?.markers.has(chatId) === false))
    },
    remember: (moved) => {
      if (remembered.size + moved.size > MOST_REMEMBERED) remembered.clear()
      for (const [id, accessRevision] of moved) {
        const chat = chats.get(id)
        if (chat) chat.accessRevision = accessRevision
        if (chat) remembered.delete(id)
        else remembered.set(id, accessRevision)
      }
    },
  }
}
