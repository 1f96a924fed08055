import { type Connection, exchange } from './connection.ts'
import { deadline } from './deadline.ts'
import { retryAfter } from './patience.ts'
import { refusalOf } from './problem.ts'
import { blockReader } from './server-sent-events.ts'

/** Which stream, from where on, and until when. */
export interface Opening {
  readonly target: string
  /** The last that is known; undefined: what the target says. */
  readonly position: string | undefined
  readonly signal: AbortSignal | undefined
}

/** The server answered, and not with a stream. */
export class Refused extends Error {
  readonly status: number
  readonly retryAfter: number
  readonly refusal: Error

  constructor({ status, headers }: Response, refusal: Error) {
    super(refusal.message)
    this.status = status
    this.retryAfter = retryAfter(headers.get('retry-after'))
    this.refusal = refusal
  }
}

/** A server sends a comment every 15 seconds. Without a sign of life for this long, in milliseconds, it is gone. */
const SILENCE = 45_000

/** The blocks of one connection. Ends when it ends, whoever ended it. Throws what is `Refused`. */
export async function* blocksOf(connection: Connection, { target, position, signal }: Opening) {
  const headers = { accept: 'text/event-stream', 'last-event-id': position }
  const life = deadline(SILENCE, signal)
  try {
    const settings: RequestInit & { signal: AbortSignal } = { signal: life.signal, cache: 'no-store' }
    const response = await exchange(connection, { method: 'GET', target, headers }, settings)
    if (!response.ok || !response.body) {
      const refusal = refusalOf(response.status, response.headers.get('content-type'), await response.text())
      throw new Refused(response, refusal)
    }
    const read = blockReader()
    const decoder = new TextDecoder()
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      life.extend()
      yield* read(decoder.decode(piece.value, { stream: true }))
    }
  } catch (error) {
    throw life.reasonFor(error)
  } finally {
    life.close()
  }
}
