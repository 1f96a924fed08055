import * as E from 'fp-ts/lib/Either.js'
import { type ChatId, MessagePosition, Revision } from '../identity.ts'
import { type Done, type Intent, type KeyReused, type Once, replayed } from '../intent.ts'
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

/** Identity and time of a chat that was opened under a key. */
export type Opening = Pick<Chat, 'id' | 'createdAt'>

/** The chat that the intent opened before, as it was opened: its fingerprint vouches for what the request says of it. */
export const reopen = (draft: NewChat, intent: Intent, done: Done<Opening>): E.Either<KeyReused, Once<Chat>> =>
  replayed(intent, done, ({ id, createdAt }) => open({ ...draft, at: createdAt })(id))

/** The chat one accepted change later. */
export const advance = (chat: Chat, at: Date): Chat => ({
  ...chat,
  updatedAt: at > chat.updatedAt ? at : chat.updatedAt,
  revision: (chat.revision + 1) as Revision,
})
