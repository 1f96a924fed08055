import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingHttpHeaders } from 'node:http'
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type TextMapGetter, type Tracer } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'

/** A request under way, for which statements are run. */
export interface Asker {
  readonly span: Span
  /** What comes later was not waited for. */
  isAnswered: boolean
}

/** For whom work is done: nobody, one or several who asked. */
export type Asking = AsyncLocalStorage<readonly Asker[]>

interface Answered {
  readonly route: string
  readonly status: number | undefined
  readonly isCut: boolean
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'])

/** What a client makes up must not make names of spans. */
const methodOf = (given: string) => (METHODS.has(given) ? given : '_OTHER')

const UNMATCHED = 'unmatched'

const getter: TextMapGetter<IncomingHttpHeaders> = { get: (headers, name) => headers[name], keys: Object.keys }

const nameOf = (method: string, route: string) => {
  const verb = method === '_OTHER' ? 'HTTP' : method
  return route === UNMATCHED ? verb : `${verb} ${route}`
}

const errorOf = (status: number | undefined, isCut: boolean) => {
  if (status !== undefined && status >= 500) return String(status)
  return isCut ? 'client_gone' : undefined
}

/**
 * A span for each request, below that of whoever sent it (`traceparent`). Its attributes are those of the semantic conventions
 * for HTTP that hold nothing of what was said and by whom: not the path, in which users are named, and not the query.
 */
export const requestSpans = (tracer: Tracer, asking: Asking) => {
  const propagator = new W3CTraceContextPropagator()

  const finish = (span: Span, method: string, { route, status, isCut }: Answered) => {
    const error = errorOf(status, isCut)
    span.updateName(nameOf(method, route))
    if (route !== UNMATCHED) span.setAttribute('http.route', route)
    if (status !== undefined) span.setAttribute('http.response.status_code', status)
    if (error !== undefined) span.setAttribute('error.type', error)
    if (status !== undefined && status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }

  return {
    begin: (given: string, headers: IncomingHttpHeaders) => {
      const method = methodOf(given)
      const sender = propagator.extract(ROOT_CONTEXT, headers, getter)
      const attributes = { 'http.request.method': method, 'url.scheme': 'http' }
      const span = tracer.startSpan(nameOf(method, UNMATCHED), { kind: SpanKind.SERVER, attributes }, sender)
      const asker: Asker = { span, isAnswered: false }
      return {
        traceId: span.spanContext().traceId,
        during: (work: () => void) => asking.run([asker], work),
        end: (answered: Answered) => {
          asker.isAnswered = true
          finish(span, method, answered)
        },
      }
    },
  }
}
