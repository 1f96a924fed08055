import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ANYBODY, type Caller } from '../../../domain/caller.ts'
import type { Failure } from './failure.ts'

/** What is known of a request beside what it asks: kept on the response, for its head, the log and the metrics. */
export interface RequestContext {
  readonly id: string
  readonly startedAt: number
  /** What the paths of the answer stand below; nothing, mostly. */
  readonly basePath: string
  /** The path template, when the contract has the path. */
  route: string
  /** Who asks; whoever it is, until that was found out. */
  caller: Caller
  /** Whether the credential that it was asked with is good still; undefined where none is asked for. */
  holds: (() => boolean) | undefined
  /** Whether the answer goes by who asks. */
  isPrivate: boolean
  /** Names and values in turn, for pages of other origins. */
  originFields: readonly string[] | undefined
  /** Why it was refused, where it was. For the metrics alone. */
  refusal?: Failure
  /** Why the request met a 500 or a 503. For the log alone. */
  cause?: unknown
}

const CONTEXT = Symbol('the context of a request')

type WithContext = ServerResponse & { [CONTEXT]?: RequestContext }

/** What a caller may call its request. */
export const GIVEN_ID = /^[A-Za-z0-9._-]{8,128}$/

/** Takes the caller's `X-Request-Id` when it is harmless to log and to echo, and makes one otherwise. */
export const openContext = (req: IncomingMessage, res: WithContext, basePath = ''): RequestContext => {
  const given = req.headers['x-request-id']
  const context: RequestContext = {
    id: typeof given === 'string' && GIVEN_ID.test(given) ? given : randomUUID(),
    startedAt: performance.now(),
    basePath,
    route: 'unmatched',
    caller: ANYBODY,
    holds: undefined,
    isPrivate: false,
    originFields: undefined,
  }
  res[CONTEXT] = context
  return context
}

export const contextOf = (res: WithContext): RequestContext => {
  const context = res[CONTEXT]
  if (!context) throw new Error('the request has no context: openContext comes first')
  return context
}

/** Whether the credential of a request is good still, where it was asked with one. */
export const holdsOf = (res: WithContext): (() => boolean) | undefined => res[CONTEXT]?.holds
