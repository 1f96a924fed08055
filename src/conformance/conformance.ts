import { chats } from './chats.ts'
import { conditions } from './conditions.ts'
import { errors } from './errors.ts'
import { idempotency } from './idempotency.ts'
import { messages } from './messages.ts'
import { paging } from './paging.ts'
import { serviceAt } from './service.ts'
import { streams } from './streams.ts'
import type { Chapter, Describe, It } from './suite.ts'

/** What to hold against the contract, and with what. */
export interface ConformanceOptions {
  /** Where the service is. A function is asked when a case runs, so the service may be started in the meantime. */
  readonly baseUrl?: string | (() => string | Promise<string>)
  /** What sends the requests, as that of a messenger in this process. */
  readonly fetch?: typeof globalThis.fetch
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
}

/**
 * What every implementation of `openapi.yaml` does, as cases of a test framework. It speaks HTTP and nothing else, makes
 * chats of its own, and leaves them behind.
 */
export const conformance = ({
  baseUrl = '',
  fetch = (input, init) => globalThis.fetch(input, init),
  patience = 3000,
  describe,
  it,
}: ConformanceOptions): void => {
  const at = typeof baseUrl === 'string' ? () => baseUrl.replace(/\/$/, '') : baseUrl
  const service = serviceAt(at, fetch, patience)
  for (const [title, chapter] of Object.entries(chapters)) describe(title, () => chapter(service, it))
}
