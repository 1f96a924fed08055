import * as E from 'fp-ts/lib/Either.js'
import { userOf, type Caller, type UserId } from '../caller.ts'
import { type ChatId, MessagePosition, Revision } from '../identity.ts'
import { Metadata } from '../metadata.ts'
import { type Done, type Intent, type KeyReused, type Once, replayed } from '../intent.ts'
import { type Appointment, appointed, type FounderRepeated, type Member } from './member.ts'
import { parseVisibleText, type TextError } from '../visible-text.ts'

declare const brand: unique symbol

/** What a chat is called: trimmed, 1 to 200 code points, well formed, not invisible. */
export type ChatTitle = string & { readonly [brand]: 'ChatTitle' }
export const ChatTitle = {
  LIMIT: 200,
  parse: (raw: string) => parseVisibleText(raw, ChatTitle.LIMIT) as E.Either<TextError, ChatTitle>,
}

export const VISIBILITIES = ['private', 'public'] as const
export type Visibility = (typeof VISIBILITIES)[number]

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
  /** When a message was last sent, and until then, when the chat was opened. Inboxes are in this order. */
  readonly activeAt: Date
  readonly lastMessageId: MessagePosition
  readonly revision: Revision
  /** The revision that last changed the chat itself rather than one of its messages or members. */
  readonly changedAtRevision: Revision
  /** To whom the chat is there: to its members, or to everybody. */
  readonly visibility: Visibility
  /** The application's own. */
  readonly metadata: Metadata
  /** The revision that last changed who may do what: a membership, or the visibility. */
  readonly accessRevision: Revision
}

export interface NewChat {
  readonly title: ChatTitle
  readonly at: Date
  /** Private, unless it is said. */
  readonly visibility?: Visibility | undefined
  /** Empty, unless it is said. */
  readonly metadata?: Metadata | undefined
  /** Who belongs to it from the start, beside whoever opens it. Each once. */
  readonly members?: readonly Appointment[] | undefined
}

/** Members that a chat may be opened with. */
export const MOST_FOUNDERS = 100

export const open =
  ({ title, at, visibility = 'private', metadata = Metadata.NONE }: NewChat) =>
  (id: ChatId): Chat => ({
    id,
    title,
    createdAt: at,
    updatedAt: at,
    activeAt: at,
    lastMessageId: MessagePosition.START,
    revision: Revision.START,
    changedAtRevision: Revision.START,
    visibility,
    metadata,
    accessRevision: Revision.START,
  })

/** Refuses members that are named twice. */
export const distinct = (caller: Caller, { members = [] }: NewChat): E.Either<FounderRepeated, undefined> => {
  const seen = new Set<UserId | null>([userOf(caller)])
  const index = members.findIndex(({ userId }) => seen.size === seen.add(userId).size)
  return index < 0 ? E.right(undefined) : E.left({ kind: 'FounderRepeated', index })
}

/** Who belongs to a chat that the caller opens: a user owns it, a service belongs to nothing. */
export const founders = (caller: Caller, { members = [] }: NewChat, chat: Chat): readonly Member[] => {
  const opener: readonly Appointment[] = caller.kind === 'user' ? [{ userId: caller.id, role: 'owner' }] : []
  return [...opener, ...members].map((appointment) => appointed(chat, appointment, undefined))
}

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

/** The chat one change of a membership or of its visibility later. */
export const changeAccess = (chat: Chat, at: Date): Chat => {
  const next = advance(chat, at)
  return { ...next, accessRevision: next.revision }
}
