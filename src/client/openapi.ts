/**
 * What openapi.yaml says of chats, messages, members, events and keys, as TypeScript. Generated: edit the document, then
 * `npm run generate`. test/client/openapi.test.ts fails when the two differ.
 */

/** A chat. */
export interface Chat {
  /** The number of a chat. Never reused. */
  readonly id: number
  /** What a chat is called. */
  readonly title: string
  /** RFC 3339 in UTC, with milliseconds. */
  readonly created_at: string
  /** When the last change of the chat or of one of its messages was accepted. Never runs backwards. */
  readonly updated_at: string
  /** The number of the last message sent, whether or not it was deleted since; 0 when none was ever sent. */
  readonly last_message_id: number
  /** To whom a chat is there. To its members alone (`private`), or to every user (`public`). */
  readonly visibility: Visibility
  /**
   * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
   * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
   * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
   * It is replaced as a whole.
   */
  readonly metadata: Metadata
}

/** A chat and its last messages, newest first. */
export interface ChatWithMessages {
  /** The number of a chat. Never reused. */
  readonly id: number
  /** What a chat is called. */
  readonly title: string
  /** RFC 3339 in UTC, with milliseconds. */
  readonly created_at: string
  /** When the last change of the chat or of one of its messages was accepted. Never runs backwards. */
  readonly updated_at: string
  /** The number of the last message sent, whether or not it was deleted since; 0 when none was ever sent. */
  readonly last_message_id: number
  /** To whom a chat is there. To its members alone (`private`), or to every user (`public`). */
  readonly visibility: Visibility
  /**
   * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
   * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
   * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
   * It is replaced as a whole.
   */
  readonly metadata: Metadata
  /** Messages of one chat. */
  readonly messages: readonly Message[]
}

/** A message of a chat. */
export interface Message {
  /** The number of a message in its chat: 1, 2, 3 … without gaps. Never reused. */
  readonly id: number
  /** The number of a chat. Never reused. */
  readonly chat_id: number
  /** The user who sent it; null when a service did, for nobody. */
  readonly author: string | null
  /** The message of the chat that this one answers, which may be deleted since; null when it answers none. */
  readonly reply_to: number | null
  /** What a message says. */
  readonly text: string
  /**
   * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
   * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
   * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
   * It is replaced as a whole.
   */
  readonly metadata: Metadata
  /** How many users reacted how, in the order of first use. */
  readonly reactions: readonly ReactionCount[]
  /** RFC 3339 in UTC, with milliseconds. */
  readonly created_at: string
  /** When the text was last changed; null until it is. */
  readonly edited_at: string | null
}

/** What is left of a deleted message. */
export interface Tombstone {
  /** The number of a message in its chat: 1, 2, 3 … without gaps. Never reused. */
  readonly id: number
  /** The number of a chat. Never reused. */
  readonly chat_id: number
  /** The user who sent it; null when a service did, for nobody. */
  readonly author: string | null
  /** The message of the chat that this one answers, which may be deleted since; null when it answers none. */
  readonly reply_to: number | null
  /** RFC 3339 in UTC, with milliseconds. */
  readonly created_at: string
  /** When the text was last changed; null if it never was. */
  readonly edited_at: string | null
  /** RFC 3339 in UTC, with milliseconds. */
  readonly deleted_at: string
}

/**
 * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
 * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
 * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
 * It is replaced as a whole.
 */
export interface Metadata {
  readonly [name: string]: unknown
}

/** How many users reacted so. */
export interface ReactionCount {
  /**
   * Mostly an emoji, or a word of the application: 1 to 32 code points of well-formed Unicode without white space or
   * U+0000, at least one of them visible; not `.` or `..`. Compared as it is written, never normalised.
   */
  readonly reaction: string
  /** At least one. */
  readonly count: number
}

/** A user who reacted so. */
export interface Reactor {
  /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
  readonly user_id: string
  /**
   * Mostly an emoji, or a word of the application: 1 to 32 code points of well-formed Unicode without white space or
   * U+0000, at least one of them visible; not `.` or `..`. Compared as it is written, never normalised.
   */
  readonly reaction: string
}

/** How the user reacted to a message. */
export interface OwnReaction {
  /** The number of a message in its chat: 1, 2, 3 … without gaps. Never reused. */
  readonly message_id: number
  /**
   * Mostly an emoji, or a word of the application: 1 to 32 code points of well-formed Unicode without white space or
   * U+0000, at least one of them visible; not `.` or `..`. Compared as it is written, never normalised.
   */
  readonly reaction: string
}

/** Every `Visibility`. */
export const visibilities = ['private', 'public'] as const

/** To whom a chat is there. To its members alone (`private`), or to every user (`public`). */
export type Visibility = (typeof visibilities)[number]

/** Every `Role`. */
export const roles = ['owner', 'moderator', 'member', 'reader'] as const

/**
 * What a member may do: a `reader` reads, a `member` writes too, a `moderator` also deletes what others wrote, renames
 * the chat and sees to members and readers, an `owner` does everything.
 */
export type Role = (typeof roles)[number]

/** A user who belongs to a chat. */
export interface Member {
  /** The number of a chat. Never reused. */
  readonly chat_id: number
  /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
  readonly user_id: string
  /**
   * What a member may do: a `reader` reads, a `member` writes too, a `moderator` also deletes what others wrote, renames
   * the chat and sees to members and readers, an `owner` does everything.
   */
  readonly role: Role
  /** RFC 3339 in UTC, with milliseconds. */
  readonly joined_at: string
  /** Up to where it has read; null for whoever is no member. */
  readonly read_message_id: number | null
}

/** A member as followers are told of it, whoever they are. */
export interface CurrentMember {
  /** The number of a chat. Never reused. */
  readonly chat_id: number
  /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
  readonly user_id: string
  /**
   * What a member may do: a `reader` reads, a `member` writes too, a `moderator` also deletes what others wrote, renames
   * the chat and sees to members and readers, an `owner` does everything.
   */
  readonly role: Role
  /** RFC 3339 in UTC, with milliseconds. */
  readonly joined_at: string
}

/** What is left of a membership that ended. */
export interface FormerMember {
  /** The number of a chat. Never reused. */
  readonly chat_id: number
  /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
  readonly user_id: string
  /**
   * What a member may do: a `reader` reads, a `member` writes too, a `moderator` also deletes what others wrote, renames
   * the chat and sees to members and readers, an `owner` does everything.
   */
  readonly role: Role
  /** RFC 3339 in UTC, with milliseconds. */
  readonly joined_at: string
  /** RFC 3339 in UTC, with milliseconds. */
  readonly removed_at: string
  /** Who removed it; itself, when it left; null, when a service did. */
  readonly removed_by: string | null
}

/** Up to where a member has read a chat, and how much came after. */
export interface Reading {
  /** The number of a chat. Never reused. */
  readonly chat_id: number
  /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
  readonly user_id: string
  /** The read marker, which is the number of the last message that was read; 0 when none was. */
  readonly read_message_id: number
  /** How many messages stand after the marker and are not deleted. Exact. */
  readonly unread: number
}

/** A chat as it stands in the inbox of one of its members. */
export interface InboxEntry {
  /** A chat. */
  readonly chat: Chat
  /**
   * What a member may do: a `reader` reads, a `member` writes too, a `moderator` also deletes what others wrote, renames
   * the chat and sees to members and readers, an `owner` does everything.
   */
  readonly role: Role
  /** The read marker, which is the number of the last message that was read; 0 when none was. */
  readonly read_message_id: number
  /** How many messages stand after the marker and are not deleted. Exact. */
  readonly unread: number
  /** The newest message that is not deleted; null when there is none. */
  readonly last_message: Message | null
}

/** What a user has not read, over all its chats. */
export interface Unread {
  /** In how many of its chats there is something. */
  readonly chats: number
  /** How many messages stand after the marker and are not deleted. Exact. */
  readonly messages: number
}

/** All chats that are in the inbox. There is nothing left of others. */
export interface InboxChatsEvent {
  readonly id: string
  readonly event: 'chats'
  readonly data: { readonly chat_ids: readonly number[] }
}

/** An entry as it is now, in the place of what you have of that chat. */
export interface InboxEntryEvent {
  readonly id: string
  readonly event: 'entry'
  /** A chat as it stands in the inbox of one of its members. */
  readonly data: InboxEntry
}

/** The chat is in the inbox no more. The user left or was removed, or the chat was deleted. */
export interface InboxEntryRemovedEvent {
  readonly id: string
  readonly event: 'entry_removed'
  readonly data: {
    /** The number of a chat. Never reused. */
    readonly chat_id: number
  }
}

/** A user is typing. It has no `id`, for it is kept nowhere. Told to members and services alone, and only live. */
export interface TypingEvent {
  readonly event: 'typing'
  readonly data: {
    /** The number of a chat. Never reused. */
    readonly chat_id: number
    /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
    readonly user_id: string
  }
}

/** A member moved its read marker. It has no `id`; told to members and services alone, and only live. There is none for the marker of who sends a message. */
export interface ReadEvent {
  readonly event: 'read'
  readonly data: {
    /** The number of a chat. Never reused. */
    readonly chat_id: number
    /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
    readonly user_id: string
    /** The read marker, which is the number of the last message that was read; 0 when none was. */
    readonly read_message_id: number
  }
}

/** The stream begins, after the place that is its `id`. Nothing happened, and there is nothing in its data. */
export interface BeginEvent {
  readonly id: string
  readonly event: 'begin'
  readonly data: Readonly<Record<string, never>>
}

/** A message was sent, edited or deleted. */
export interface MessageEvent {
  readonly id: string
  readonly event: 'message'
  readonly data: Message | Tombstone
}

/** Somebody joined, was given another role, left or was removed. */
export interface MemberEvent {
  readonly id: string
  readonly event: 'member'
  readonly data: CurrentMember | FormerMember
}

/** The chat was renamed, or its visibility changed. It is shown as it was at a moment not earlier than the event's `id`: `updated_at` and `last_message_id` may already speak of changes whose own events follow. */
export interface ChatEvent {
  readonly id: string
  readonly event: 'chat'
  /** A chat. */
  readonly data: Chat
}

/** The chat was deleted. On the stream of that chat alone it has no `id`, for there is no place after it. */
export interface ChatDeletedEvent {
  readonly id?: string
  readonly event: 'chat_deleted'
  readonly data: {
    /** The number of a chat. Never reused. */
    readonly id: number
  }
}

/** A chat to be opened. */
export interface CreateChat {
  /** A title. White space around it is dropped; what is left has 1 to 200 code points, is well-formed Unicode without NUL, and does not consist of invisible characters only. */
  readonly title: string
  /** To whom a chat is there. To its members alone (`private`), or to every user (`public`). */
  readonly visibility?: Visibility
  /**
   * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
   * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
   * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
   * It is replaced as a whole.
   */
  readonly metadata?: Metadata
  /** Who belongs to the chat from the start, each once. A user who opens it is owner beside them, and is not named. */
  readonly members?: readonly Appointment[]
}

/** What to change of a chat. What is not named stays. */
export interface UpdateChat {
  /** A title. White space around it is dropped; what is left has 1 to 200 code points, is well-formed Unicode without NUL, and does not consist of invisible characters only. */
  readonly title?: string
  /** To whom a chat is there. To its members alone (`private`), or to every user (`public`). */
  readonly visibility?: Visibility
  /**
   * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
   * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
   * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
   * It is replaced as a whole.
   */
  readonly metadata?: Metadata
}

/** A user who is to belong to a chat. */
export interface Appointment {
  /** The application's own name for one of its users, compared byte by byte. `.` and `..` are no names: no URL can carry them. */
  readonly user_id: string
  /**
   * What a member may do: a `reader` reads, a `member` writes too, a `moderator` also deletes what others wrote, renames
   * the chat and sees to members and readers, an `owner` does everything.
   */
  readonly role: Role
}

/** What a user is to be in the chat. */
export interface PutMember {
  /**
   * What a member may do: a `reader` reads, a `member` writes too, a `moderator` also deletes what others wrote, renames
   * the chat and sees to members and readers, an `owner` does everything.
   */
  readonly role: Role
}

/** Where a read marker is to stand. */
export interface MoveReadMarker {
  /** The read marker, which is the number of the last message that was read; 0 when none was. */
  readonly message_id: number
  /** Whether the marker must not go back. */
  readonly forward?: boolean
}

/** A message to be sent. */
export interface SendMessage {
  /** A text. White space around it is dropped; what is left has 1 to 5000 code points, is well-formed Unicode without NUL, and does not consist of invisible characters only. Line breaks inside are kept. */
  readonly text: string
  /** A message of the chat that is not deleted, which this one answers; null, or left out, when it answers none. */
  readonly reply_to?: number | null
  /**
   * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
   * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
   * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
   * It is replaced as a whole.
   */
  readonly metadata?: Metadata
}

/** What to change of a message. What is not named stays. */
export interface EditMessage {
  /** A text. White space around it is dropped; what is left has 1 to 5000 code points, is well-formed Unicode without NUL, and does not consist of invisible characters only. Line breaks inside are kept. */
  readonly text?: string
  /**
   * The application's own JSON object, as it was sent: at most 4096 bytes as compact JSON in UTF-8, and 8 levels of objects
   * and arrays, itself among them; names and texts are well-formed Unicode without U+0000. Fields keep their order, but
   * those whose names are whole numbers come first. Numbers are those of IEEE 754; of fields with one name the last counts.
   * It is replaced as a whole.
   */
  readonly metadata?: Metadata
}

/** A key of a service, without its secret. */
export interface Key {
  /** The number of a key. Never reused, and no secret. */
  readonly id: number
  /** What a key is for. */
  readonly name: string
  /** How the secret begins, to tell keys apart. */
  readonly prefix: string
  /** What a key may be used for. */
  readonly scopes: readonly Scope[]
  /** The chats that a key is limited to; null when it is not. They need not exist. A key that is limited opens no chats, and neither makes nor revokes keys. */
  readonly chat_ids: readonly number[] | null
  /** RFC 3339 in UTC, with milliseconds. */
  readonly created_at: string
  /** When it stops being good; null when it does not expire. */
  readonly expires_at: string | null
  /** When it was last used, to the minute, and shown a little later; null when it never was. */
  readonly last_used_at: string | null
}

/** A new key, and its secret. */
export interface MadeKey {
  /** The number of a key. Never reused, and no secret. */
  readonly id: number
  /** What a key is for. */
  readonly name: string
  /** How the secret begins, to tell keys apart. */
  readonly prefix: string
  /** What a key may be used for. */
  readonly scopes: readonly Scope[]
  /** The chats that a key is limited to; null when it is not. They need not exist. A key that is limited opens no chats, and neither makes nor revokes keys. */
  readonly chat_ids: readonly number[] | null
  /** RFC 3339 in UTC, with milliseconds. */
  readonly created_at: string
  /** When it stops being good; null when it does not expire. */
  readonly expires_at: string | null
  /** When it was last used, to the minute, and shown a little later; null when it never was. */
  readonly last_used_at: string | null
  /** What the service shows, as `Authorization: Bearer`. It is told this once. */
  readonly secret: string
}

/** A key to be made. */
export interface CreateKey {
  /** A name. White space around it is dropped; what is left has 1 to 200 code points, is well-formed Unicode without NUL, and does not consist of invisible characters only. */
  readonly name: string
  /** What a key may be used for. */
  readonly scopes: readonly Scope[]
  /** The chats that a key is limited to; null when it is not. They need not exist. A key that is limited opens no chats, and neither makes nor revokes keys. */
  readonly chat_ids?: readonly number[] | null
  /** From when on it is not good any more: RFC 3339, in the future. Without it, or null, it does not expire. */
  readonly expires_at?: string | null
}

/** Every `Scope`. */
export const scopes = ['read', 'write', 'act', 'keys', 'metrics'] as const

/** Something that a key may be used for. `read` is every `GET` of chats and messages, `write` the rest of it; `act` is to act for users; `keys` to make and revoke keys; `metrics` to read the metrics. */
export type Scope = (typeof scopes)[number]

/** What went wrong (RFC 9457). */
export interface Problem {
  /** What kind of problem this is. The address leads to a page that explains it. */
  readonly type: ProblemType
  /** The type in words; the same for every problem of a type. */
  readonly title: string
  /** The status of the answer. */
  readonly status: number
  /** What went wrong this time, for people. */
  readonly detail: string
  /** This one occurrence, named by its request id. */
  readonly instance: string
  /** Which values break a rule; sent with `/problems/validation-failed`. */
  readonly errors?: readonly (FieldError | ParameterError)[]
}

/** A value breaks a rule (RFC 9457). */
export interface ValidationProblem {
  /** What kind of problem this is. The address leads to a page that explains it. */
  readonly type: '/problems/validation-failed'
  /** The type in words; the same for every problem of a type. */
  readonly title: string
  /** The status of the answer. */
  readonly status: number
  /** What went wrong this time, for people. */
  readonly detail: string
  /** This one occurrence, named by its request id. */
  readonly instance: string
  /** Which values break a rule. */
  readonly errors: readonly (FieldError | ParameterError)[]
}

/** Every `ProblemType`. */
export const problemTypes = [
  '/problems/malformed-request',
  '/problems/unauthenticated',
  '/problems/forbidden',
  '/problems/not-found',
  '/problems/method-not-allowed',
  '/problems/not-acceptable',
  '/problems/request-timeout',
  '/problems/last-owner',
  '/problems/precondition-failed',
  '/problems/content-too-large',
  '/problems/unsupported-media-type',
  '/problems/expectation-failed',
  '/problems/misdirected-request',
  '/problems/validation-failed',
  '/problems/idempotency-key-reused',
  '/problems/rate-limited',
  '/problems/headers-too-large',
  '/problems/internal-error',
  '/problems/unavailable',
] as const

/** What kind of problem this is. The address leads to a page that explains it. */
export type ProblemType = (typeof problemTypes)[number]

/** A value of the body that breaks a rule. */
export interface FieldError {
  /** Where: a JSON Pointer as a URI fragment (RFC 6901, section 6). `#` is the whole body. */
  readonly pointer: string
  /**
   * Which rule is broken.
   * - `required`: it is missing.
   * - `wrong_type`: it is of another JSON type than the rule asks for.
   * - `blank`: nothing is left of it when white space around it is dropped.
   * - `too_long`: it has too many code points; metadata, too many bytes.
   * - `too_deep`: its objects and arrays are nested too deep.
   * - `malformed`: it is not well-formed Unicode, or contains NUL; or it is not an id of the stream, nor of a
   *   user; or not the cursor of a link; or no time.
   * - `invisible`: it consists of invisible characters only.
   * - `not_a_whole_number`: it is not written as a whole number.
   * - `out_of_range`: it is too small or too large.
   * - `repeated`: it, or one of its entries, is given more than once.
   * - `not_an_option`: it is none of the values to choose from.
   * - `too_many`: it is given too many times, or has too many entries.
   * - `too_few`: it has too few entries.
   * - `no_message`: it is no message of the chat, or one that was deleted.
   */
  readonly code: ErrorCode
  /** The same, for people. */
  readonly detail: string
}

/** A parameter of the path or the query that breaks a rule. */
export interface ParameterError {
  /** Which parameter. */
  readonly parameter: string
  /**
   * Which rule is broken.
   * - `required`: it is missing.
   * - `wrong_type`: it is of another JSON type than the rule asks for.
   * - `blank`: nothing is left of it when white space around it is dropped.
   * - `too_long`: it has too many code points; metadata, too many bytes.
   * - `too_deep`: its objects and arrays are nested too deep.
   * - `malformed`: it is not well-formed Unicode, or contains NUL; or it is not an id of the stream, nor of a
   *   user; or not the cursor of a link; or no time.
   * - `invisible`: it consists of invisible characters only.
   * - `not_a_whole_number`: it is not written as a whole number.
   * - `out_of_range`: it is too small or too large.
   * - `repeated`: it, or one of its entries, is given more than once.
   * - `not_an_option`: it is none of the values to choose from.
   * - `too_many`: it is given too many times, or has too many entries.
   * - `too_few`: it has too few entries.
   * - `no_message`: it is no message of the chat, or one that was deleted.
   */
  readonly code: ErrorCode
  /** The same, for people. */
  readonly detail: string
}

/** Every `ErrorCode`. */
export const errorCodes = [
  'required',
  'wrong_type',
  'blank',
  'too_long',
  'too_deep',
  'malformed',
  'invisible',
  'not_a_whole_number',
  'out_of_range',
  'repeated',
  'not_an_option',
  'too_many',
  'too_few',
  'no_message',
] as const

/**
 * Which rule is broken.
 * - `required`: it is missing.
 * - `wrong_type`: it is of another JSON type than the rule asks for.
 * - `blank`: nothing is left of it when white space around it is dropped.
 * - `too_long`: it has too many code points; metadata, too many bytes.
 * - `too_deep`: its objects and arrays are nested too deep.
 * - `malformed`: it is not well-formed Unicode, or contains NUL; or it is not an id of the stream, nor of a
 *   user; or not the cursor of a link; or no time.
 * - `invisible`: it consists of invisible characters only.
 * - `not_a_whole_number`: it is not written as a whole number.
 * - `out_of_range`: it is too small or too large.
 * - `repeated`: it, or one of its entries, is given more than once.
 * - `not_an_option`: it is none of the values to choose from.
 * - `too_many`: it is given too many times, or has too many entries.
 * - `too_few`: it has too few entries.
 * - `no_message`: it is no message of the chat, or one that was deleted.
 */
export type ErrorCode = (typeof errorCodes)[number]

/** The problems that bear more than every problem does, by their type. */
export interface ProblemsByType {
  readonly '/problems/validation-failed': ValidationProblem
}

/** The operations on chats, messages, members, events and keys: method and path of each, under its id in `openapi.yaml`. */
export const operations = {
  listChats: { method: 'GET', path: '/chats/' },
  createChat: { method: 'POST', path: '/chats/' },
  getChat: { method: 'GET', path: '/chats/{chat_id}' },
  updateChat: { method: 'PATCH', path: '/chats/{chat_id}' },
  deleteChat: { method: 'DELETE', path: '/chats/{chat_id}' },
  listMessages: { method: 'GET', path: '/chats/{chat_id}/messages/' },
  sendMessage: { method: 'POST', path: '/chats/{chat_id}/messages/' },
  getMessage: { method: 'GET', path: '/chats/{chat_id}/messages/{message_id}' },
  editMessage: { method: 'PATCH', path: '/chats/{chat_id}/messages/{message_id}' },
  deleteMessage: { method: 'DELETE', path: '/chats/{chat_id}/messages/{message_id}' },
  listReactors: { method: 'GET', path: '/chats/{chat_id}/messages/{message_id}/reactions/' },
  addReaction: { method: 'PUT', path: '/chats/{chat_id}/messages/{message_id}/reactions/{reaction}' },
  removeReaction: { method: 'DELETE', path: '/chats/{chat_id}/messages/{message_id}/reactions/{reaction}' },
  listOwnReactions: { method: 'GET', path: '/chats/{chat_id}/members/{user_id}/reactions/' },
  listMembers: { method: 'GET', path: '/chats/{chat_id}/members/' },
  getMember: { method: 'GET', path: '/chats/{chat_id}/members/{user_id}' },
  putMember: { method: 'PUT', path: '/chats/{chat_id}/members/{user_id}' },
  removeMember: { method: 'DELETE', path: '/chats/{chat_id}/members/{user_id}' },
  getReadMarker: { method: 'GET', path: '/chats/{chat_id}/members/{user_id}/read' },
  moveReadMarker: { method: 'PUT', path: '/chats/{chat_id}/members/{user_id}/read' },
  sendTyping: { method: 'POST', path: '/chats/{chat_id}/typing' },
  getInbox: { method: 'GET', path: '/users/{user_id}/inbox/' },
  getUnread: { method: 'GET', path: '/users/{user_id}/unread' },
  followInbox: { method: 'GET', path: '/users/{user_id}/inbox/events' },
  listKeys: { method: 'GET', path: '/keys/' },
  createKey: { method: 'POST', path: '/keys/' },
  revokeKey: { method: 'DELETE', path: '/keys/{key_id}' },
  followChat: { method: 'GET', path: '/chats/{chat_id}/events' },
  followChats: { method: 'GET', path: '/events' },
} as const
