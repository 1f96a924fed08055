/** A chat. */
export interface Chat {
  /** Never reused. */
  readonly id: number
  readonly title: string
  /** RFC 3339 in UTC, with milliseconds, as all times here. */
  readonly created_at: string
  /** When the last change of the chat or of one of its messages was accepted. Never runs backwards. */
  readonly updated_at: string
  /** The number of the last message sent, whether or not it was deleted since; 0 when none was ever sent. */
  readonly last_message_id: number
}

/** A chat and its last messages, newest first. */
export interface ChatWithMessages extends Chat {
  readonly messages: readonly Message[]
}

/** A message of a chat. */
export interface Message {
  /** Its number in the chat: 1, 2, 3 … without gaps. Never reused. */
  readonly id: number
  readonly chat_id: number
  readonly text: string
  readonly created_at: string
  /** When the text was last changed; null until it is. */
  readonly edited_at: string | null
}

/** What is left of a deleted message. */
export interface Tombstone {
  readonly id: number
  readonly chat_id: number
  readonly created_at: string
  readonly edited_at: string | null
  readonly deleted_at: string
}

/** A chat to be opened. */
export interface CreateChat {
  /** 1 to 200 code points once white space around it is dropped, at least one of them visible. */
  readonly title: string
}

/** A new title for a chat. */
export interface RenameChat {
  /** As in `CreateChat`. */
  readonly title: string
}

/** A message to be sent. */
export interface SendMessage {
  /** 1 to 5000 code points once white space around it is dropped, at least one of them visible. */
  readonly text: string
}

/** A new text for a message. */
export interface EditMessage {
  /** As in `SendMessage`. */
  readonly text: string
}

/** What went wrong (RFC 9457). */
export interface Problem {
  /** What kind of problem this is. The address leads to a page that explains it. */
  readonly type: ProblemType
  /** The type in words. */
  readonly title: string
  /** The status of the answer. */
  readonly status: number
  /** What went wrong this time, for people. */
  readonly detail: string
  /** This one occurrence, named by its request id. */
  readonly instance: string
  /** Which values break a rule; with `/problems/validation-failed`. */
  readonly errors?: readonly (FieldError | ParameterError)[]
}

/** A value of the body that breaks a rule. */
export interface FieldError {
  /** Where: a JSON Pointer as a URI fragment, as `#/text`. */
  readonly pointer: string
  /** Which rule. */
  readonly code: ErrorCode
  /** The same, for people. */
  readonly detail: string
}

/** A parameter of the path or the query that breaks a rule. */
export interface ParameterError {
  readonly parameter: string
  readonly code: ErrorCode
  readonly detail: string
}

/** Every kind of problem. */
export const problemTypes = [
  '/problems/malformed-request',
  '/problems/not-found',
  '/problems/method-not-allowed',
  '/problems/not-acceptable',
  '/problems/request-timeout',
  '/problems/precondition-failed',
  '/problems/content-too-large',
  '/problems/unsupported-media-type',
  '/problems/validation-failed',
  '/problems/idempotency-key-reused',
  '/problems/headers-too-large',
  '/problems/internal-error',
  '/problems/unavailable',
] as const

/** A kind of problem. */
export type ProblemType = (typeof problemTypes)[number]

/** Every rule that a value can break. */
export const errorCodes = [
  'required',
  'wrong_type',
  'blank',
  'too_long',
  'malformed',
  'invisible',
  'not_a_whole_number',
  'out_of_range',
  'repeated',
  'not_an_option',
  'too_many',
] as const

/** A rule that a value can break. */
export type ErrorCode = (typeof errorCodes)[number]
