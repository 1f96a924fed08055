import { deadline } from './deadline.ts'
import { isPassing, pauseAfter, type Patience } from './patience.ts'
import { refusalOf } from './problem.ts'

/** Where requests go, and with how much patience. */
export interface Connection extends Patience {
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
}

/** One request that may be sent again: doing it twice comes to the same as doing it once. */
export interface Sending {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** What is sent as JSON. */
  readonly body?: object | undefined
  readonly signal?: AbortSignal | undefined
}

/** A success, read to its end. */
export interface Answer {
  readonly headers: Headers
  readonly json: unknown
}

/** How a request ended: with an answer, a refusal, or nothing at all. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly attempts: number }
  | { readonly kind: 'failed'; readonly error: unknown; readonly attempts: number }

/** The request as `fetch` takes it. */
export const requestOf = ({ headers: own }: Connection, { method, headers = {}, body }: Sending): RequestInit => {
  const given = Object.entries({ ...own, ...headers }).filter((entry): entry is [string, string] => !!entry[1])
  if (!body) return { method, headers: given }
  return { method, headers: [...given, ['content-type', 'application/json']], body: JSON.stringify(body) }
}

type Attempt = { readonly answer: Answer } | { readonly error: unknown; readonly retryAfter?: string | null }

const attemptOnce = async (connection: Connection, sending: Sending): Promise<Attempt & { again: boolean }> => {
  const { fetch, baseUrl, timeout } = connection
  const { signal, close } = deadline(timeout, sending.signal)
  try {
    const response = await fetch(baseUrl + sending.target, { ...requestOf(connection, sending), signal })
    const text = await response.text()
    if (response.ok)
      return { answer: { headers: response.headers, json: text === '' ? undefined : JSON.parse(text) }, again: false }
    return {
      error: refusalOf(response.status, response.headers.get('content-type'), text),
      retryAfter: response.headers.get('retry-after'),
      again: isPassing(response.status),
    }
  } catch (error) {
    return { error, again: !sending.signal?.aborted }
  } finally {
    close()
  }
}

/** Sends the request until it is answered, or refused for good, or patience is at its end. */
export const send = async (connection: Connection, sending: Sending): Promise<Outcome> => {
  for (let attempts = 1; ; attempts++) {
    const { again, ...result } = await attemptOnce(connection, sending)
    if ('answer' in result) return { kind: 'answered', answer: result.answer, attempts }
    const pause = pauseAfter(attempts, result.retryAfter ?? null)
    if (!again || attempts >= connection.attempts || pause === undefined)
      return { kind: 'failed', error: result.error, attempts }
    await connection.wait(pause, sending.signal)
  }
}
