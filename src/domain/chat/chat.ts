import * as E from 'fp-ts/lib/Either.js'
import { type Expectation, expecting, type Stale } from '../expectation.ts'
import { type ChatId, type MessageId, MessagePosition, Revision } from '../identity.ts'
import type { Message, MessageText, Tombstone } from './message.ts'
import { parseVisibleText, type TextError } from '../visible-text.ts'

declare const brand: unique symbol

/** What a chat is called: trimmed, 1 to 200 code points, well formed, not invisible. */
export type ChatTitle = string & { readonly [brand]: 'ChatTitle' }
export const ChatTitle = {
  LIMIT: 200,
  parse: (raw: string) => parseVisibleText(raw, ChatTitle.LIMIT) as E.Either<TextError, ChatTitle>,
}

/**
 * The aggregate. Its two counters number the messages and the changes; both move only forward, by one, together with
 * what they number.
 */
export interface Chat {
  readonly id: ChatId
  readonly title: ChatTitle
  readonly createdAt: Date
  /** When the last change was accepted. Never runs backwards, whatever the clock does. */
  readonly updatedAt: Date
  readonly lastMessageId: MessagePosition
  readonly revision: Revision
  /** The revision that last changed the chat itself rather than one of its messages. */
  readonly changedAtRevision: Revision
}

/** What a decision comes to. An outcome whose chat has the revision it started from changes nothing. */
export interface Outcome {
  readonly chat: Chat
  readonly message?: Message | Tombstone
}

export interface Posted extends Outcome {
  readonly message: Message
}

/** The same title again changes nothing. */
export interface Renaming {
  readonly title: ChatTitle
  readonly at: Date
  readonly expected?: Expectation
}

/** The same text again changes nothing. */
export interface Edit {
  readonly text: MessageText
  readonly at: Date
  readonly expected?: Expectation
}

export interface Erasure {
  readonly at: Date
  readonly expected?: Expectation
}

export interface NewChat {
  readonly title: ChatTitle
  readonly at: Date
}

export const open =
  ({ title, at }: NewChat) =>
  (id: ChatId): Chat => ({
    id,
    title,
    createdAt: at,
    updatedAt: at,
    lastMessageId: MessagePosition.START,
    revision: Revision.START,
    changedAtRevision: Revision.START,
  })

/** The chat one accepted change later. */
const moved = (chat: Chat, at: Date): Chat => ({
  ...chat,
  updatedAt: at > chat.updatedAt ? at : chat.updatedAt,
  revision: (chat.revision + 1) as Revision,
})

export const rename =
  ({ title, at, expected }: Renaming) =>
  (chat: Chat): E.Either<Stale, Outcome> =>
    E.map(() => {
      if (title === chat.title) return { chat }
      const next = moved(chat, at)
      return { chat: { ...next, title, changedAtRevision: next.revision } }
    })(expecting(expected, chat))

export const post =
  (text: MessageText, at: Date) =>
  (chat: Chat): E.Either<never, Posted> => {
    const next = moved(chat, at)
    const id = (chat.lastMessageId + 1) as MessageId
    return E.right({
      chat: { ...next, lastMessageId: id },
      message: { chatId: chat.id, id, text, createdAt: next.updatedAt, editedAt: null, revision: next.revision },
    })
  }

export const edit =
  ({ text, at, expected }: Edit) =>
  (chat: Chat, message: Message): E.Either<Stale, Posted> =>
    E.map(() => {
      if (text === message.text) return { chat, message }
      const next = moved(chat, at)
      return { chat: next, message: { ...message, text, editedAt: next.updatedAt, revision: next.revision } }
    })(expecting(expected, message))

export const erase =
  ({ at, expected }: Erasure) =>
  (chat: Chat, message: Message): E.Either<Stale, Outcome> =>
    E.map(() => {
      const { chatId, id, createdAt, editedAt } = message
      const next = moved(chat, at)
      return {
        chat: next,
        message: { chatId, id, createdAt, editedAt, deletedAt: next.updatedAt, revision: next.revision },
      }
    })(expecting(expected, message))

/** Whether the chat may go: a chat that is gone takes no revision. */
export const close =
  (expected: Expectation) =>
  (chat: Chat): E.Either<Stale, void> =>
    expecting(expected, chat)
