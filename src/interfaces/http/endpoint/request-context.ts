import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ANYBODY, type Caller } from '../../../domain/caller.ts'

/** What is known of a request beside what it asks: kept on the response, for the log and the metrics. */
export interface RequestContext {
  readonly id: string
  readonly startedAt: number
  /** The path template, when the contract has the path. */
  route: string
  /** Who asks; whoever it is, until that was found out. */
  caller: Caller
  /** Why the request met a 500 or a 503. For the log alone. */
  cause?: unknown
}

const CONTEXT = Symbol('the context of a request')

type WithContext = ServerResponse & { [CONTEXT]?: RequestContext }

/** What a caller may call its request. */
export const GIVEN_ID = /^[A-Za-z0-9._-]{8,128}$/

/** Takes the caller's `X-Request-Id` when it is harmless to log and to echo, and makes one otherwise. */
export const openContext = (req: IncomingMessage, res: WithContext): RequestContext => {
  const given = req.headers['x-request-id']
  const id = typeof given === 'string' && GIVEN_ID.test(given) ? given : randomUUID()
  const context = { id, startedAt: performance.now(), route: 'unmatched', caller: ANYBODY }
  res[CONTEXT] = context
  return context
}

export const contextOf = (res: WithContext): RequestContext => {
  const context = res[CONTEXT]
  if (!context) throw new Error('the request has no context: openContext comes first')
  return context
}
