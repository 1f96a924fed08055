import * as E from 'fp-ts/lib/Either.js'
import type { Once, Posting } from '../../../application/ports/chats.ts'
import type { MessageNotFound } from '../../../domain/chat/not-found.ts'
import type { Chat, Outcome, Posted } from '../../../domain/chat/chat.ts'
import type { MessageId } from '../../../domain/identity.ts'
import {
  type Fingerprint,
  type IdempotencyKey,
  type Intent,
  type KeyReused,
  sameIntent,
} from '../../../domain/intent.ts'
import type { Message, Tombstone } from '../../../domain/chat/message.ts'

/** What a chat kept under a key. */
export interface Done {
  readonly fingerprint: Fingerprint
  readonly posting: Posting
}

/** A chat as the decisions made so far leave it. Nothing of that is kept yet. */
export interface Draft {
  /** As it was found, or is thought to be. */
  readonly before: Chat
  chat: Chat
  readonly posted: { readonly message: Message; readonly intent: Intent | undefined }[]
  /** The messages that decisions ask for, as they were found, then as decisions left them. */
  readonly messages: Map<MessageId, Message | Tombstone>
  readonly changed: Set<Message | Tombstone>
  readonly done: Map<IdempotencyKey, Done>
  /** Keys under which nothing was found, or nobody looked. The answers hold only if nothing is there. */
  readonly unused: Set<IdempotencyKey>
}

/** Decides on the draft and adds what is to be kept; undefined when that must wait until what it holds is kept. */
export type Decision = (draft: Draft) => E.Either<unknown, unknown> | undefined

export const draftOf = (chat: Chat): Draft => ({
  before: chat,
  chat,
  posted: [],
  messages: new Map(),
  changed: new Set(),
  done: new Map(),
  unused: new Set(),
})

const toPosting = ({ chatId, id, createdAt, revision }: Message): Posting => ({ chatId, id, createdAt, revision })

const take = (draft: Draft, { chat, message }: Outcome, intent?: Intent) => {
  const { revision, lastMessageId } = draft.chat
  if (chat.revision === revision) return
  draft.chat = chat
  if (!message) return
  if (chat.lastMessageId !== lastMessageId) {
    draft.posted.push({ message: message as Message, intent })
    return
  }
  const earlier = draft.messages.get(message.id)
  if (earlier) draft.changed.delete(earlier)
  draft.messages.set(message.id, message)
  draft.changed.add(message)
}

export const changing =
  <Refused, A extends Outcome>(decide: (chat: Chat) => E.Either<Refused, A>) =>
  (draft: Draft): E.Either<Refused, A> => {
    const decision = decide(draft.chat)
    if (E.isRight(decision)) take(draft, decision.right)
    return decision
  }

export const posting =
  <Refused>(decide: (chat: Chat) => E.Either<Refused, Posted>, intent: Intent | undefined) =>
  (draft: Draft): E.Either<Refused | KeyReused, Once<Posting>> => {
    const earlier = intent && draft.done.get(intent.key)
    if (earlier)
      return E.map(() => ({ done: earlier.posting, replayed: true }))(sameIntent(intent, earlier.fingerprint))
    if (intent) draft.unused.add(intent.key)
    const decision = decide(draft.chat)
    if (E.isLeft(decision)) return decision
    take(draft, decision.right, intent)
    const done = toPosting(decision.right.message)
    if (intent) draft.done.set(intent.key, { fingerprint: intent.fingerprint, posting: done })
    return E.right({ done, replayed: false })
  }

export const changingMessage =
  <Refused, A extends Outcome>(messageId: MessageId, decide: (chat: Chat, message: Message) => E.Either<Refused, A>) =>
  (draft: Draft): E.Either<Refused | MessageNotFound, A> | undefined => {
    if (messageId > draft.before.lastMessageId && messageId <= draft.chat.lastMessageId) return undefined
    const message = draft.messages.get(messageId)
    if (!message || 'deletedAt' in message) return E.left({ kind: 'MessageNotFound', chatId: draft.chat.id, messageId })
    const decision = decide(draft.chat, message)
    if (E.isRight(decision)) take(draft, decision.right)
    return decision
  }
