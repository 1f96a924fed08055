import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { userOf, type Caller, type Forbidden } from '../caller.ts'
import { type Expectation, expecting, type Stale } from '../expectation.ts'
import type { MessageId } from '../identity.ts'
import { isSame, type Metadata } from '../metadata.ts'
import { type Intent, type KeyReused, replayed } from '../intent.ts'
import { advance, type Chat } from './chat.ts'
import { type Message, type MessageText, type NewMessage, posted } from './message.ts'
import type { MessageNotFound } from './not-found.ts'
import { allowed, standingOf } from './permissions.ts'
import type { Decision, Outcome, Scene } from './scene.ts'

/** The message is as it was posted, also when that was before this call and it was changed since. */
interface Posted extends Outcome {
  readonly chat: Chat
  readonly message: Message
  readonly replayed: boolean
}

/** There is no such message to answer; or it was deleted. */
export interface ReplyToNotFound {
  readonly kind: 'ReplyToNotFound'
  readonly messageId: MessageId
}

interface Edited extends Outcome {
  readonly message: Message
}

/** What is named is set, and what is not stays. The same again changes nothing. */
interface Edit {
  readonly messageId: MessageId
  readonly text?: MessageText | undefined
  readonly metadata?: Metadata | undefined
  readonly at: Date
  readonly expected?: Expectation
}

interface Erasure {
  readonly messageId: MessageId
  readonly at: Date
  readonly expected?: Expectation
}

/**
 * By whoever sends it. With an intent, once: the same intent again finds what was posted, and changes nothing, also when
 * its sender might not send any more.
 */
export const post =
  (
    caller: Caller,
    draft: NewMessage,
    at: Date,
    intent?: Intent,
  ): Decision<Forbidden | KeyReused | ReplyToNotFound, Posted> =>
  ({ chat, membership, done, replied }) => {
    const author = userOf(caller)
    if (intent && done)
      return pipe(
        replayed(intent, done, (posting) => posted(author, draft, posting)),
        E.map(({ done: message, replayed }) => ({ chat, message, replayed })),
      )
    const refusal = allowed(standingOf(caller, chat, membership), 'send')
    if (E.isLeft(refusal)) return refusal
    if (draft.replyTo != null && !replied) return E.left({ kind: 'ReplyToNotFound', messageId: draft.replyTo })
    const next = advance(chat, at)
    const id = (chat.lastMessageId + 1) as MessageId
    const message = posted(author, draft, { chatId: chat.id, id, createdAt: next.updatedAt, revision: next.revision })
    return E.right({ chat: { ...next, activeAt: next.updatedAt, lastMessageId: id }, message, replayed: false })
  }

/** The message that the scene was asked for, as the caller expects it, when the caller may do that to it. */
const present = (
  caller: Caller,
  { chat, membership, message }: Scene,
  { messageId, expected }: Pick<Edit, 'messageId' | 'expected'>,
  verb: 'edit' | 'delete',
): E.Either<MessageNotFound | Forbidden | Stale, Message> => {
  if (message === undefined) return E.left({ kind: 'MessageNotFound', chatId: chat.id, messageId })
  const whose = message.author !== null && message.author === userOf(caller) ? 'own' : 'of others'
  const refusal = allowed(standingOf(caller, chat, membership), `${verb} ${whose}`)
  return E.isLeft(refusal) ? refusal : E.map(() => message)(expecting(expected, message))
}

export const edit =
  (caller: Caller, { text, metadata, at, ...which }: Edit): Decision<MessageNotFound | Forbidden | Stale, Edited> =>
  (scene) =>
    E.map((message: Message) => {
      const isText = text === undefined || text === message.text
      if (isText && (metadata === undefined || isSame(metadata, message.metadata))) return { chat: scene.chat, message }
      const chat = advance(scene.chat, at)
      const said = { text: text ?? message.text, metadata: metadata ?? message.metadata }
      const editedAt = isText ? message.editedAt : chat.updatedAt
      return { chat, message: { ...message, ...said, editedAt, revision: chat.revision } }
    })(present(caller, scene, which, 'edit'))

/** Leaves a tombstone: what the message said goes, its number, its author, what it answers and its times stay. */
export const erase =
  (caller: Caller, { at, ...which }: Erasure): Decision<MessageNotFound | Forbidden | Stale, Outcome> =>
  (scene) =>
    E.map(({ chatId, id, author, replyTo, createdAt, editedAt }: Message) => {
      const chat = advance(scene.chat, at)
      const { updatedAt: deletedAt, revision } = chat
      return { chat, message: { chatId, id, author, replyTo, createdAt, editedAt, deletedAt, revision } }
    })(present(caller, scene, which, 'delete'))
