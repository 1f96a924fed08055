import type { UserId } from '../../../domain/caller.ts'
import type { ChatId, MessagePosition, Revision } from '../../../domain/identity.ts'
import type { InboxStream } from './inbox-stream.ts'

/** A user who follows its inbox here, over one stream or several. */
export interface FollowedUser {
  readonly id: UserId
  readonly streams: Set<InboxStream>
  /** Its chats, and where its marker in each stands by what is known here; undefined when that is not known. */
  readonly markers: Map<ChatId, MessagePosition | undefined>
  /** Whether these are all of its chats, by what is known here. */
  isEntered: boolean
}

/** A chat that somebody who is connected here has in its inbox. */
export interface FollowedChat {
  readonly users: Set<FollowedUser>
  /** At which it was told to all of them. */
  revision: Revision
  /** At which it was asked who of the users here is a member; undefined when it was not yet. */
  accessRevision: Revision | undefined
}

/**
 * Who is connected to this server, and which chats are theirs. Each pair of a chat and a user stands here once, however many
 * streams the user has: a stream knows none of them.
 */
export interface FollowedUsers {
  readonly users: ReadonlyMap<UserId, FollowedUser>
  readonly chats: ReadonlyMap<ChatId, FollowedChat>
  readonly connect: (id: UserId, stream: InboxStream) => FollowedUser
  /** With its last stream, a user and its chats are forgotten. */
  readonly disconnect: (user: FollowedUser, stream: InboxStream) => void
  /** The chat is the user's. The revision counts where nobody has the chat yet. */
  readonly enter: (user: FollowedUser, chatId: ChatId, revision: Revision, marker: MessagePosition | undefined) => void
  readonly leave: (user: FollowedUser, chatId: ChatId) => void
}

export const followedUsers = (): FollowedUsers => {
  const users = new Map<UserId, FollowedUser>()
  const chats = new Map<ChatId, FollowedChat>()

  const leaveChat = (user: FollowedUser, chatId: ChatId) => {
    const chat = chats.get(chatId)
    chat?.users.delete(user)
    if (chat?.users.size === 0) chats.delete(chatId)
  }

  return {
    users,
    chats,
    connect: (id, stream) => {
      const user = users.get(id) ?? { id, streams: new Set(), markers: new Map(), isEntered: false }
      user.streams.add(stream)
      users.set(id, user)
      return user
    },
    disconnect: (user, stream) => {
      user.streams.delete(stream)
      if (user.streams.size > 0 || users.get(user.id) !== user) return
      users.delete(user.id)
      for (const chatId of user.markers.keys()) leaveChat(user, chatId)
    },
    enter: (user, chatId, revision, marker) => {
      const chat = chats.get(chatId) ?? { users: new Set(), revision, accessRevision: undefined }
      chats.set(chatId, chat)
      chat.users.add(user)
      user.markers.set(chatId, marker)
    },
    leave: (user, chatId) => {
      user.markers.delete(chatId)
      leaveChat(user, chatId)
    },
  }
}
