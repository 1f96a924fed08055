import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, UserId } from '../../domain/caller.ts'
import type { Chat, NewChat } from '../../domain/chat/chat.ts'
import type { Message } from '../../domain/chat/message.ts'
import type { ChatNotFound, MemberNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import type { Reaction } from '../../domain/chat/reaction.ts'
import type { ShownMember } from '../../domain/chat/reading.ts'
import type { Decision, Outcome } from '../../domain/chat/scene.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Intent, KeyReused, Once } from '../../domain/intent.ts'
import type { Unavailable } from './failures.ts'
import type { ChatSelection, MemberPage, MemberSelection, MessagePage, MessageSelection, Page } from './page.ts'

/** What a decision has to be shown of a chat. */
export interface Ask {
  readonly chatId: ChatId
  readonly messageId?: MessageId
  /** The message that the request answers. */
  readonly replyTo?: MessageId | undefined
  /** The caller's own reaction to the message, which the request is about. */
  readonly reaction?: Reaction | undefined
  /** The user whose membership the request is about. */
  readonly target?: UserId
  readonly intent?: Intent | undefined
}

/**
 * Where chats and their messages are kept. What a call returns never changes, and may be shared.
 *
 * Every call is somebody's: a chat that the caller may not see (`sees`, on what the store vouches for) is not found, and is
 * on no page.
 */
export interface Chats {
  /**
   * Keeps a new chat, with its founders, and gives it an identity that no chat had before. With an intent it does so once: the same intent
   * again, also at the same time, finds the chat as it was opened, for as long as that chat exists; it is not found any
   * more by whoever may not see it any more.
   */
  readonly add: (
    caller: Caller,
    draft: NewChat,
    intent?: Intent,
  ) => TE.TaskEither<ChatNotFound | KeyReused | Unavailable, Once<Chat>>

  /**
   * Runs the decision, as the caller may make it (`decidedBy`), on the scene that was asked for and keeps its outcome, as one atomic step: what the scene shows
   * is so when the outcome is kept. Changes of one chat happen one after another, each on what the one before it left,
   * so no number is taken twice or left out. The decision may run more than once; the last run counts. A refusal, or an
   * outcome that takes no revision, changes nothing.
   *
   * A message that a decision posts is kept with the intent it was asked with, once per chat: from then on scenes that
   * are asked for with that key show it, whatever becomes of the message. A refusal uses no key.
   *
   * A chat that goes takes all its messages and every key used in it along. Changes under way end before that or find
   * no chat.
   */
  readonly decide: <Refused, A extends Outcome>(
    caller: Caller,
    ask: Ask,
    decision: Decision<Refused, A>,
  ) => TE.TaskEither<Refused | ChatNotFound | Unavailable, A>

  /**
   * Of a user's own chats, or of all for a service; of the public ones when that is asked for, without those that are kept
   * from the caller: the newest `limit`; with `before`, of those older than it. With `after` alone the oldest `limit` of those
   * newer than it, so that reading on from a cursor leaves nothing out. With both, the newest between them. `from` says
   * otherwise at which end of what the bounds leave the page is. Bounds need not exist.
   */
  readonly list: (
    caller: Caller,
    selection: ChatSelection,
    visibility?: 'public',
  ) => TE.TaskEither<Unavailable, Page<Chat>>

  readonly findMessage: (
    caller: Caller,
    id: ChatId,
    messageId: MessageId,
  ) => TE.TaskEither<ChatNotFound | MessageNotFound | Unavailable, Message>

  /** Selects among the messages that are not deleted as `list` does among chats. */
  readonly messages: (
    caller: Caller,
    id: ChatId,
    selection: MessageSelection,
  ) => TE.TaskEither<ChatNotFound | Unavailable, MessagePage>

  /** The first `limit` members after the user id, which need not be one, in the order of their ids by byte. */
  readonly members: (
    caller: Caller,
    id: ChatId,
    selection: MemberSelection,
  ) => TE.TaskEither<ChatNotFound | Unavailable, MemberPage>

  readonly findMember: (
    caller: Caller,
    id: ChatId,
    userId: UserId,
  ) => TE.TaskEither<ChatNotFound | MemberNotFound | Unavailable, ShownMember>
}
