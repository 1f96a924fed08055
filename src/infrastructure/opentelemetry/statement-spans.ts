import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { Asker, Asking } from './request-spans.ts'

/** What PostgreSQL, or the system, calls an error. Its words are left out: they may repeat a value. */
const codeOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as Readonly<Record<string, unknown>>
  return typeof code === 'string' ? code : String(name)
}

const isSqlState = (code: string) => /^[0-9A-Z]{5}$/.test(code)

const settle = async <A>(span: Span, work: () => Promise<A>): Promise<A> => {
  try {
    return await work()
  } catch (error) {
    const code = codeOf(error)
    span.setAttribute('error.type', code)
    if (isSqlState(code)) span.setAttribute('db.response.status_code', code)
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}

interface StatementTracers {
  /** Begins what a request asked for alone, when the request is traced. */
  readonly single: Tracer
  /** Begins what several asked for, one of whom is traced at the least. */
  readonly shared: Tracer
}

/**
 * A span for each statement that a request waits for. One that a single request asked for is below it. One that several asked
 * for is a trace by itself, which links to each of them, and each of them to it: below one of them it would be missed in the
 * others. What nobody waits for (polling, what streams read once they are open) is not traced.
 */
export const statementSpans = ({ single, shared }: StatementTracers, asking: Asking) => {
  const begin = (name: string, askers: readonly Asker[]): Span => {
    const attributes: Attributes = { 'db.system.name': 'postgresql', 'db.query.summary': name }
    const [only] = askers
    if (only && askers.length === 1)
      return single.startSpan(name, { kind: SpanKind.CLIENT, attributes }, trace.setSpan(ROOT_CONTEXT, only.span))
    const links = askers.map(({ span }) => ({ context: span.spanContext() }))
    const span = shared.startSpan(name, { kind: SpanKind.CLIENT, attributes, links, root: true }, ROOT_CONTEXT)
    for (const asker of askers) asker.span.addLink({ context: span.spanContext() })
    return span
  }

  return {
    asker: (): unknown => asking.getStore(),
    together: <A>(askers: readonly unknown[], work: () => A): A => {
      const known = (askers as readonly (readonly Asker[] | undefined)[]).flatMap((of) => of ?? [])
      return asking.run([...new Set(known)], work)
    },
    run: <A>(name: string, work: () => Promise<A>): Promise<A> => {
      const waiting = asking.getStore()?.filter(({ span, isAnswered }) => !isAnswered && span.isRecording()) ?? []
      return waiting.length === 0 ? work() : settle(begin(name, waiting), work)
    },
  }
}
