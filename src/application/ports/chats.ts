import type * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Chat, NewChat, Outcome, Posted } from '../../domain/chat/chat.ts'
import type { Message } from '../../domain/chat/message.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Intent, KeyReused } from '../../domain/intent.ts'
import type { Unavailable } from './failures.ts'
import type { ChatSelection, MessagePage, MessageSelection, Page } from './page.ts'

/** What was done, and whether it had been done before this call. */
export interface Once<A> {
  readonly done: A
  readonly replayed: boolean
}

/** A message as it was posted, but for its text, which the intent vouches for. */
export type Posting = Pick<Message, 'chatId' | 'id' | 'createdAt' | 'revision'>

/** Where chats and their messages are kept. What a call returns never changes, and may be shared. */
export interface Chats {
  /**
   * Keeps a new chat and gives it an identity that no chat had before. With an intent it does so once: the same intent
   * again, also at the same time, finds the chat as it was opened, for as long as that chat exists.
   */
  readonly add: (draft: NewChat, intent?: Intent) => TE.TaskEither<KeyReused | Unavailable, Once<Chat>>

  readonly find: (id: ChatId) => TE.TaskEither<ChatNotFound | Unavailable, Chat>

  /**
   * The newest `limit` chats; with `before`, of those older than it. With `after` alone the oldest `limit` of those
   * newer than it, so that reading on from a cursor leaves nothing out. Bounds need not exist.
   */
  readonly list: (selection: ChatSelection) => TE.TaskEither<Unavailable, Page<Chat>>

  /**
   * Runs `decide` on the current chat and keeps its outcome, as one atomic step. Changes of one chat happen one after
   * another, each on what the one before it left, so no number is taken twice or left out. `decide` may run more than
   * once; the last run counts. A refusal, or an outcome that takes no revision, changes nothing.
   */
  readonly change: <Refused, A extends Outcome>(
    id: ChatId,
    decide: (chat: Chat) => E.Either<Refused, A>,
  ) => TE.TaskEither<Refused | ChatNotFound | Unavailable, A>

  /**
   * As `change`, for a decision that posts a message. With an intent it does so once per chat: the same intent again,
   * also at the same time, finds the message as it was posted, whatever became of it since. A refusal uses no key.
   */
  readonly post: <Refused>(
    id: ChatId,
    decide: (chat: Chat) => E.Either<Refused, Posted>,
    intent?: Intent,
  ) => TE.TaskEither<Refused | ChatNotFound | KeyReused | Unavailable, Once<Posting>>

  /** As `change`, for a decision about one message of the chat that was not deleted. */
  readonly changeMessage: <Refused, A extends Outcome>(
    id: ChatId,
    messageId: MessageId,
    decide: (chat: Chat, message: Message) => E.Either<Refused, A>,
  ) => TE.TaskEither<Refused | ChatNotFound | MessageNotFound | Unavailable, A>

  /**
   * Removes the chat, all its messages and every key used in it for good, if `decide` lets it go, in one step. Changes
   * under way end before it or find nothing.
   */
  readonly remove: <Refused>(
    id: ChatId,
    decide: (chat: Chat) => E.Either<Refused, void>,
  ) => TE.TaskEither<Refused | ChatNotFound | Unavailable, void>

  readonly findMessage: (
    id: ChatId,
    messageId: MessageId,
  ) => TE.TaskEither<ChatNotFound | MessageNotFound | Unavailable, Message>

  /** Selects among the messages that are not deleted as `list` does among chats. */
  readonly messages: (id: ChatId, selection: MessageSelection) => TE.TaskEither<ChatNotFound | Unavailable, MessagePage>
}
