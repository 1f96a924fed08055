import { deadline } from './deadline.ts'
import { abandonment } from './giving-up.ts'
import { isPassing, pauseAfter, type Patience } from './patience.ts'
import { refusalOf } from './problem.ts'
import type { Tokens } from './tokens.ts'

/** Where requests go, and with how much patience. */
export interface Connection extends Patience {
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  readonly tokens: Tokens
}

/** One request that may be sent again: doing it twice comes to the same as doing it once, unless it says otherwise. */
export interface Sending {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** What is sent as JSON. */
  readonly body?: object | undefined
  readonly signal?: AbortSignal | undefined
  /** Whether it is sent again only when it surely was not done: when there was no good credential, or one request too many. */
  readonly isOnce?: boolean
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
const requestOf = (
  { headers: own }: Connection,
  { method, headers = {}, body }: Sending,
  token: string | undefined,
): RequestInit => {
  const fields = new Headers()
  for (const [name, value] of [...Object.entries(own), ...Object.entries(headers)]) if (value) fields.set(name, value)
  if (token !== undefined) fields.set('authorization', `Bearer ${token}`)
  if (!body) return { method, headers: fields }
  fields.set('content-type', 'application/json')
  return { method, headers: fields, body: JSON.stringify(body) }
}

/** Sends the request. One whose token is refused is sent once more with a new one, where there is one to be had. */
export const exchange = async (
  connection: Connection,
  sending: Sending,
  settings: RequestInit & { readonly signal: AbortSignal },
): Promise<Response> => {
  const { fetch, baseUrl, tokens } = connection
  const attempt = async () => {
    const token = await tokens.current(settings.signal)
    const init = { ...requestOf(connection, sending, token), ...settings }
    return { token, response: await fetch(baseUrl + sending.target, init) }
  }
  const { token, response } = await attempt()
  if (response.status !== 401 || !tokens.refuse(token)) return response
  await response.text()
  return (await attempt()).response
}

/** The status of a request that was refused before anything was done, for there were too many. */
const TOO_MANY = 429

type Attempt = { readonly answer: Answer } | { readonly error: unknown; readonly retryAfter?: string | null }

const attemptOnce = async (connection: Connection, sending: Sending): Promise<Attempt & { again: boolean }> => {
  const { signal, close, reasonFor } = deadline(connection.timeout, sending.signal)
  try {
    const response = await exchange(connection, sending, { signal })
    const text = await response.text()
    if (response.ok)
      return { answer: { headers: response.headers, json: text === '' ? undefined : JSON.parse(text) }, again: false }
    return {
      error: refusalOf(response.status, response.headers.get('content-type'), text),
      retryAfter: response.headers.get('retry-after'),
      again: sending.isOnce ? response.status === TOO_MANY : isPassing(response.status),
    }
  } catch (error) {
    return { error: reasonFor(error), again: !sending.isOnce && !sending.signal?.aborted }
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
    try {
      await connection.wait(pause, sending.signal)
    } catch (error) {
      return { kind: 'failed', error: sending.signal?.aborted ? abandonment(sending.signal) : error, attempts }
    }
  }
}
