import type { ChatEvent } from './events.ts'
import type { InboxEvent } from './inbox.ts'
import type {
  CallOptions,
  ChangeOptions,
  ChatSelection,
  FollowOptions,
  MakeOptions,
  MemberSelection,
  MessageSelection,
  Selection,
} from './options.ts'
import type { Page } from './page.ts'
import type {
  Chat,
  ChatWithMessages,
  CreateChat,
  CreateKey,
  EditMessage,
  InboxEntry,
  Key,
  MadeKey,
  Member,
  Message,
  MoveReadMarker,
  OwnReaction,
  PutMember,
  Reactor,
  Reading,
  SendMessage,
  Unread,
  UpdateChat,
} from './schemas.ts'

/**
 * The service's operations. Each resolves with what the service answers and rejects with a `ProblemError` when it
 * refuses, as with 401 and 403 what the credential or the user may not do. What passes (no connection, no answer in time,
 * 429, 503) is tried again, with growing pauses: every call is safe to repeat, for what makes something bears an
 * `Idempotency-Key` and the rest comes to the same twice. Making a key is the exception.
 */
export interface Client {
  /**
   * A client that acts for the user: what it does is that user's, and allowed to that user. It needs the key of a service
   * with the scope `act`, or a server that lets everybody in. Throws a TypeError for a name that no header can carry.
   */
  readonly as: (userId: string) => Client
  /** A user's own chats, all that a service may see, or those that are there for everybody. */
  readonly listChats: (selection?: ChatSelection, options?: CallOptions) => Promise<Page<Chat>>
  /** Opens a chat with its members. A user who opens it is its owner; a service belongs to none. */
  readonly createChat: (chat: CreateChat, options?: MakeOptions) => Promise<Chat>
  /** The chat with its last `limit` (20) messages, newest first. */
  readonly getChat: (
    chatId: number,
    selection?: Pick<Selection, 'limit'>,
    options?: CallOptions,
  ) => Promise<ChatWithMessages>
  /** What is not named stays; metadata is replaced as a whole. */
  readonly updateChat: (chatId: number, chat: UpdateChat, options?: ChangeOptions) => Promise<Chat>
  readonly deleteChat: (chatId: number, options?: ChangeOptions) => Promise<void>
  /** With `reply_to` it answers a message of the chat that is not deleted. */
  readonly sendMessage: (chatId: number, message: SendMessage, options?: MakeOptions) => Promise<Message>
  readonly listMessages: (chatId: number, selection?: MessageSelection, options?: CallOptions) => Promise<Page<Message>>
  readonly getMessage: (chatId: number, messageId: number, options?: CallOptions) => Promise<Message>
  /** Another text, other metadata (as a whole), or both. `edited_at` is the time of the text alone. */
  readonly editMessage: (
    chatId: number,
    messageId: number,
    message: EditMessage,
    options?: ChangeOptions,
  ) => Promise<Message>
  readonly deleteMessage: (chatId: number, messageId: number, options?: ChangeOptions) => Promise<void>
  /**
   * The user reacts so: by its token, or acted for (`as`). Again, it changes nothing. A reaction that no path can carry (`.`,
   * `..`, nothing) is a RangeError.
   */
  readonly addReaction: (chatId: number, messageId: number, reaction: string, options?: CallOptions) => Promise<void>
  /** Takes the user's own reaction back. Where there is none, it is not found. */
  readonly removeReaction: (chatId: number, messageId: number, reaction: string, options?: CallOptions) => Promise<void>
  /** Who reacted so, by user id. `next` reads on; there is no way back. */
  readonly listReactors: (
    chatId: number,
    messageId: number,
    reaction: string,
    selection?: MemberSelection,
    options?: CallOptions,
  ) => Promise<Page<Reactor>>
  /**
   * How a user reacted to the last `limit` (20) messages that it reacted to, or to those between the bounds, newest first: which
   * reactions of a page of messages are its own. A user asks for itself alone.
   */
  readonly listOwnReactions: (
    chatId: number,
    userId: string,
    selection?: Selection,
    options?: CallOptions,
  ) => Promise<Page<OwnReaction>>
  /** By user id. `next` reads on; there is no way back. */
  readonly listMembers: (chatId: number, selection?: MemberSelection, options?: CallOptions) => Promise<Page<Member>>
  /** Not found is who left or was removed, too. A user id that no path can carry (`.`, `..`, nothing) is a RangeError. */
  readonly getMember: (chatId: number, userId: string, options?: CallOptions) => Promise<Member>
  /** Makes the user a member with the role, whatever it was before. */
  readonly putMember: (chatId: number, userId: string, member: PutMember, options?: CallOptions) => Promise<Member>
  /** Ends the membership: one's own, or somebody else's. */
  readonly removeMember: (chatId: number, userId: string, options?: CallOptions) => Promise<void>
  /**
   * What happens in the chat, each change once and in order, over as many connections as it takes. `after` is a revision
   * (0 for the beginning) or the position of an event. Ends when the chat is deleted, and when the caller may not see it any
   * more: then the removal, or the chat that is private now, is the last event.
   */
  readonly follow: (chatId: number, options?: FollowOptions<number | string>) => AsyncIterableIterator<ChatEvent>
  /**
   * The same of several chats over one connection. `after` is the position of an event of such a stream. A chat that the
   * caller may not see any more is told of no further; the others go on.
   */
  readonly followAll: (chatIds: readonly number[], options?: FollowOptions<string>) => AsyncIterableIterator<ChatEvent>
  /** Up to where a member has read, and how much came after. A user asks for its own alone. */
  readonly getReadMarker: (chatId: number, userId: string, options?: CallOptions) => Promise<Reading>
  /**
   * Says up to where a member has read. With `forward` a request that comes late, or again, changes nothing; without it the
   * marker goes back as well.
   */
  readonly moveReadMarker: (
    chatId: number,
    userId: string,
    marker: MoveReadMarker,
    options?: CallOptions,
  ) => Promise<Reading>
  /**
   * Tells who follows the chat that the user types. Call it again every 3 seconds while that is so. It is tried once: what
   * fails rejects, and the next call makes up for it.
   */
  readonly sendTyping: (chatId: number, options?: CallOptions) => Promise<void>
  /** The chats of a user, each with what it has not read; the one in which a message was sent last first. */
  readonly getInbox: (
    userId: string,
    selection?: Pick<Selection, 'limit'>,
    options?: CallOptions,
  ) => Promise<Page<InboxEntry>>
  /** How much a user has not read, over all its chats. */
  readonly getUnread: (userId: string, options?: CallOptions) => Promise<Unread>
  /**
   * What changes in the inbox, each entry as it is then (`foldInbox` puts it in its place), over as many connections as it
   * takes. `after` is the position of a page or of an event, or `0` for every entry. Ends when the caller says so.
   */
  readonly followInbox: (userId: string, options?: FollowOptions<string>) => AsyncIterableIterator<InboxEvent>
  /**
   * Makes a key for a service. Its `secret` is shown here and never again, so a request whose answer was lost is not
   * repeated: it rejects, and the key that `listKeys` then shows is of no use but to be revoked.
   */
  readonly createKey: (key: CreateKey, options?: CallOptions) => Promise<MadeKey>
  readonly listKeys: (selection?: Selection, options?: CallOptions) => Promise<Page<Key>>
  /** Every server refuses the key within 5 seconds, and ends the streams that it opened. */
  readonly revokeKey: (keyId: number, options?: CallOptions) => Promise<void>
}
