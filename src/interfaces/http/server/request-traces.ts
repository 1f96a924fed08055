import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { contextOf } from '../endpoint/request-context.ts'

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

type WithTrace = ServerResponse & { [TRACE]?: RequestTrace }

/** Probes come every second and would bury the rest. */
const isProbe = (url: string) => /\/(livez|readyz|metrics)\/?(\?|$)/.test(url)

/** The body comes in turns of the socket, which know of no request. */
const hearDuring = (req: IncomingMessage) => {
  const on = req.on.bind(req)
  const bound: typeof on = (name: string, listener: Parameters<typeof on>[1]) =>
    on(name, Object.assign(AsyncLocalStorage.bind(listener), { listener }))
  req.on = bound
}

/** A stream may last for days, and is answered once it was opened. */
const onOpening = (res: ServerResponse, opened: () => void) => {
  const writeHead = res.writeHead.bind(res)
  res.writeHead = (...given: unknown[]) => {
    writeHead(...(given as Parameters<typeof writeHead>))
    if (given.some((fields) => Array.isArray(fields) && fields.includes('text/event-stream'))) opened()
    return res
  }
}

/** The same app, each of its requests traced but probes. */
export const tracedApp =
  (app: RequestListener, traces: RequestTraces): RequestListener =>
  (req, res: WithTrace) => {
    if (isProbe(req.url ?? '')) return app(req, res)
    const trace = (res[TRACE] = traces.begin(req.method ?? '', req.headers))
    let isOver = false
    const end = () => {
      if (isOver) return
      isOver = true
      const isCut = res.closed && !res.writableFinished
      trace.end({ route: contextOf(res).route, status: res.headersSent ? res.statusCode : undefined, isCut })
    }
    res.once('close', end)
    onOpening(res, end)
    trace.during(() => {
      hearDuring(req)
      app(req, res)
    })
  }

/** What the log says of a request that is traced. */
export const traceFields = (res: WithTrace): { readonly trace_id: string } | undefined => {
  const trace = res[TRACE]
  return trace && { trace_id: trace.traceId }
}
