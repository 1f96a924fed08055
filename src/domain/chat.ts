import type * as E from 'fp-ts/lib/Either.js'
import { type ChatId, type MessageId, MessagePosition, Revision } from './identity.ts'
import type { Message, MessageText, Tombstone } from './message.ts'
import { parseVisibleText, type TextError } from './visible-text.ts'

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
  (title: ChatTitle, at: Date) =>
  (chat: Chat): Outcome => {
    if (title === chat.title) return { chat }
    const next = moved(chat, at)
    return { chat: { ...next, title, changedAtRevision: next.revision } }
  }

export const post =
  (text: MessageText, at: Date) =>
  (chat: Chat): Posted => {
    const next = moved(chat, at)
    const id = (chat.lastMessageId + 1) as MessageId
    return {
      chat: { ...next, lastMessageId: id },
      message: { chatId: chat.id, id, text, createdAt: next.updatedAt, editedAt: null, revision: next.revision },
    }
  }

/** The same text again changes nothing. */
export const edit =
  (text: MessageText, at: Date) =>
  (chat: Chat, message: Message): Posted => {
    if (text === message.text) return { chat, message }
    const next = moved(chat, at)
    return { chat: next, message: { ...message, text, editedAt: next.updatedAt, revision: next.revision } }
  }

export const erase =
  (at: Date) =>
  (chat: Chat, { chatId, id, createdAt, editedAt }: Message): Outcome => {
    const next = moved(chat, at)
    return {
      chat: next,
      message: { chatId, id, createdAt, editedAt, deletedAt: next.updatedAt, revision: next.revision },
    }
  }
