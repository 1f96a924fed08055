import { callers } from './chapters/callers.ts'
import { chats } from './chapters/chats.ts'
import { conditions } from './chapters/conditions.ts'
import { errors } from './chapters/errors.ts'
import { idempotency } from './chapters/idempotency.ts'
import { keys } from './chapters/keys.ts'
import { members } from './chapters/members.ts'
import { messages } from './chapters/messages.ts'
import { metadata } from './chapters/more-than-text/metadata.ts'
import { reactions } from './chapters/more-than-text/reactions.ts'
import { reactors } from './chapters/more-than-text/reactors.ts'
import { replies } from './chapters/more-than-text/replies.ts'
import { paging } from './chapters/paging.ts'
import { inboxes } from './chapters/reading/inboxes.ts'
import { inboxStreams } from './chapters/reading/inbox-streams.ts'
import { markers } from './chapters/reading/markers.ts'
import { permissions } from './chapters/permissions.ts'
import { sight } from './chapters/sight.ts'
import { serviceAt } from './service.ts'
import { signals } from './chapters/reading/signals.ts'
import { streams } from './chapters/streams.ts'
import type { Chapter, Describe, It } from './suite.ts'

/** What to hold against the contract, and with what. */
export interface ConformanceOptions {
  /** Where the service is, the path that it stands below included. A function is asked when a case runs, so the service may be started in the meantime. */
  readonly baseUrl?: string | (() => string | Promise<string>)
  /** What sends the requests, as that of a messenger in this process. */
  readonly fetch?: typeof globalThis.fetch
  /**
   * The key of a service with the scopes `read`, `write`, `act` and `keys`, for one that asks who it is that asks. Users are
   * acted for with it (`On-Behalf-Of`), as they are without a key where everybody is let in. A function is asked when a
   * case runs.
   */
  readonly token?: string | (() => string | Promise<string>)
  /** Milliseconds that an event which is due may take to come; 3000. */
  readonly patience?: number
  /** mocha's or node:test's. */
  readonly describe: Describe
  /** mocha's or node:test's. */
  readonly it: It
}

const chapters: Readonly<Record<string, Chapter>> = {
  Chats: chats,
  Messages: messages,
  Pages: paging,
  Refusals: errors,
  'Requests with an Idempotency-Key': idempotency,
  'Conditional requests': conditions,
  'Event streams': streams,
  Callers: callers,
  Members: members,
  'Who may do what': permissions,
  'Who may see what': sight,
  Replies: replies,
  Metadata: metadata,
  Reactions: reactions,
  'Who reacted how': reactors,
  'Read markers': markers,
  Inboxes: inboxes,
  'Inbox streams': inboxStreams,
  'Who types and who has read': signals,
  Keys: keys,
}

/**
 * What every implementation of `openapi.yaml` does, as cases of a test framework. It speaks HTTP and nothing else, makes
 * chats of its own, and leaves them behind.
 */
export const conformance = ({
  baseUrl = '',
  fetch = (input, init) => globalThis.fetch(input, init),
  token,
  patience = 3000,
  describe,
  it,
}: ConformanceOptions): void => {
  const at = typeof baseUrl === 'string' ? () => baseUrl.replace(/\/$/, '') : baseUrl
  const service = serviceAt({
    baseUrl: at,
    fetch,
    patience,
    token: typeof token === 'function' ? token : () => token,
  })
  const isGuarded = token !== undefined
  for (const [title, chapter] of Object.entries(chapters)) describe(title, () => chapter(service, it, isGuarded))
}
