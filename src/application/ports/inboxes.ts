import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { UserId } from '../../domain/caller.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import type { Member } from '../../domain/chat/member.ts'
import type { Message } from '../../domain/chat/message.ts'
import type { Reading } from '../../domain/chat/reading.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Unavailable } from './failures.ts'
import type { Page } from './page.ts'

declare const brand: unique symbol

/**
 * A moment of the store. Moments are compared with each other and with nothing else: what was kept after a moment was asked
 * for, by whichever server, is never taken to be older than it.
 */
export type Moment = number & { readonly [brand]: 'Moment' }
/** Before everything. */
export const BEGINNING_OF_TIME = 0 as Moment

/** What all members of a chat see of it in their inboxes. */
export interface InboxHead {
  readonly chat: Chat
  /** The newest that is not deleted. */
  readonly lastMessage: Message | null
}

/** What is one member's own of an entry. */
export type OwnReading = Pick<Member, 'userId' | 'role'> & Pick<Reading, 'readMessageId' | 'unread'>

/** A chat as it stands in the inbox of one of its members. */
export interface InboxEntry extends InboxHead, OwnReading {}

/** A chat, and what is the own of some of its members, as all of it was at one moment. */
export interface InboxNews extends InboxHead {
  readonly members: readonly OwnReading[]
}

/** A place in the order of inboxes: by `activeAt`, then by id, both descending. */
export interface InboxPlace {
  readonly activeAt: Date
  readonly chatId: ChatId
}

export interface InboxSelection {
  readonly limit: number
  /** Entries behind this place alone. The chat need not be in the inbox. */
  readonly before?: InboxPlace | undefined
}

/** The first entries of an inbox, or of what is behind a place of it. */
export interface InboxPage extends Page<InboxEntry> {
  readonly moment: Moment
}

export interface UnreadTotal {
  /** Chats with at least one unread message. */
  readonly chats: number
  readonly messages: number
}

export interface InboxAddress {
  readonly chatId: ChatId
  readonly userId: UserId
}

/**
 * The chats of users with what they have not read. Whoever asks has been let in by the use case: a user sees the chats in which
 * it is a member, and these alone are told.
 */
export interface Inboxes {
  readonly page: (userId: UserId, selection: InboxSelection) => TE.TaskEither<Unavailable, InboxPage>

  readonly unread: (userId: UserId) => TE.TaskEither<Unavailable, UnreadTotal>

  /** Which chats the user is a member of, and which of those may have changed since the moment, or its marker in them. */
  readonly since: (
    userId: UserId,
    moment: Moment,
  ) => TE.TaskEither<
    Unavailable,
    { readonly chatIds: readonly ChatId[]; readonly changed: readonly ChatId[]; readonly moment: Moment }
  >

  /** The entries of those of the addresses that are members, by chat, however many are asked for. */
  readonly entries: (
    addresses: readonly InboxAddress[],
  ) => TE.TaskEither<Unavailable, { readonly news: readonly InboxNews[]; readonly moment: Moment }>

  /** The revisions of each of the chats that exist, and the one that last changed who is a member. */
  readonly heads: (
    chatIds: readonly ChatId[],
  ) => TE.TaskEither<
    Unavailable,
    ReadonlyMap<ChatId, { readonly revision: Revision; readonly accessRevision: Revision }>
  >

  /** Those of the users who are members of one of the chats, with the chat. */
  readonly membersAmong: (
    chatIds: readonly ChatId[],
    userIds: readonly UserId[],
  ) => TE.TaskEither<Unavailable, readonly InboxAddress[]>

  /** Where each of the users is a member, and where its marker stands. */
  readonly markersOf: (
    userIds: readonly UserId[],
  ) => TE.TaskEither<Unavailable, readonly (InboxAddress & Pick<Reading, 'readMessageId'>)[]>
}
