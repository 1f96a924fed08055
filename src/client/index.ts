/** A typed client of the messenger, for browsers and Node 20 or later. It depends on nothing. */
export type { Client } from './client.ts'
export { createClient } from './create-client.ts'
export { etagOf } from './etag.ts'
export { type ChatEvent, isFormerMember, isTombstone } from './events.ts'
export { isAborted, isTimeout } from './giving-up.ts'
export { foldInbox, type InboxEvent } from './inbox.ts'
export { type OperationId, operations } from './operations.ts'
export type {
  CallOptions,
  ChangeOptions,
  ChatSelection,
  ClientOptions,
  FollowOptions,
  MakeOptions,
  MemberSelection,
  MessageSelection,
  Selection,
} from './options.ts'
export type { Page } from './page.ts'
export type { Patience } from './patience.ts'
export { isProblem, ProblemError, type ProblemName, type ProblemOf, UnexpectedAnswer } from './problem.ts'
export * from './schemas.ts'
export type { LastingToken, TokenSource } from './tokens.ts'
