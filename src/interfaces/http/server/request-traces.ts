import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { contextOf } from '../endpoint/request-context.ts'
import type { readBody } from './body.ts'
import { PROBE_PATHS } from './probe-paths.ts'
import { originForm } from './target.ts'

/** What a trace says of an answer. */
export interface Answered {
  /** The template of the path, `unmatched` when the contract has no such path. */
  readonly route: string
  /** Undefined when no answer was begun. */
  readonly status: number | undefined
  /** Whether the client went away before it had the answer. */
  readonly isCut: boolean
}

export interface RequestTrace {
  /** Of the trace that it belongs to, in hexadecimal digits. */
  readonly traceId: string
  /** Does work for the request: what is asked of the database meanwhile, and of what comes of it, is asked for it. */
  readonly during: (work: () => void) => void
  /** Once, and last: what is done for the request from then on is done for nobody. */
  readonly end: (answered: Answered) => void
}

/** Whoever traces requests, if anybody does. */
export interface RequestTraces {
  readonly begin: (method: string, headers: IncomingHttpHeaders) => RequestTrace
}

const TRACE = Symbol('the trace of a request')

interface Traced {
  readonly trace: RequestTrace
  isOver: boolean
}

type WithTrace = IncomingMessage & { [TRACE]?: Traced }

/** Probes come every second and would bury the rest. They answer below the path and without it, and no other path is one. */
const probesBelow = (basePath: string): ((url: string) => boolean) => {
  const paths = [...PROBE_PATHS].flatMap((path) => [path, basePath + path].flatMap((one) => [one, `${one}/`]))
  const known = new Set(paths)
  return (url) => known.has(originForm(url).replace(/[?#].*$/s, ''))
}

/** The answer was sent, cut off, or begun and is a stream, which may last for days. What comes after the first of these is nothing. */
export const endTrace = (res: ServerResponse): void => {
  const traced = (res.req as WithTrace)[TRACE]
  if (!traced || traced.isOver) return
  traced.isOver = true
  const isCut = res.closed && !res.writableFinished
  traced.trace.end({ route: contextOf(res).route, status: res.headersSent ? res.statusCode : undefined, isCut })
}

/**
 * The same app, each of its requests traced but probes. Nothing is done to requests and responses themselves: with methods of
 * their own they take Node three times as long.
 */
export const tracedApp = (app: RequestListener, traces: RequestTraces, basePath = ''): RequestListener => {
  const isProbe = probesBelow(basePath)
  return (req: WithTrace, res) => {
    if (isProbe(req.url ?? '')) return app(req, res)
    const trace = traces.begin(req.method ?? '', req.headers)
    req[TRACE] = { trace, isOver: false }
    res.once('close', () => endTrace(res))
    trace.during(() => app(req, res))
  }
}

/** The same reading of bodies. They come in turns of the socket, which know of no request: what waits for one is told which. */
export const tracedReading =
  (read: typeof readBody): typeof readBody =>
  (req: WithTrace, done) => {
    const traced = req[TRACE]
    // Not by `AsyncLocalStorage.bind`, which takes longer than a whole request.
    read(req, traced ? (body) => traced.trace.during(() => done(body)) : done)
  }

/** What the log says of a request that is traced. */
export const traceFields = ({ req }: ServerResponse): { readonly trace_id: string } | undefined => {
  const traced = (req as WithTrace)[TRACE]
  return traced && { trace_id: traced.trace.traceId }
}
