import { type Connection, exchange } from './connection.ts'
import { deadline } from './deadline.ts'
import { type ChatEvent, eventOf, isFormerMember } from './events.ts'
import { backoff, isPassing, retryAfter } from './patience.ts'
import { isProblem, refusalOf } from './problem.ts'
import { type Block, blockReader } from './server-sent-events.ts'

/** Which stream, and the chats that it tells of. */
export interface Following {
  readonly target: string
  readonly chatIds: readonly number[]
  /** Whether a stream that resumes tells of the chats that are gone; otherwise it is not found. */
  readonly tellsOfGone: boolean
  readonly signal: AbortSignal | undefined
}

/** A server sends a comment every 15 seconds. Without a sign of life for this long, in milliseconds, it is gone. */
const SILENCE = 45_000

/** Milliseconds before coming back, unless the stream says otherwise. */
const RETRY = 1000

/** Where a follower is between one connection and the next. */
interface Place {
  position: string | undefined
  retry: number
  failures: number
  /** What the last connection ended with, if it ended in order right after it. */
  last: ChatEvent | undefined
  readonly left: Set<number>
}

/** The blocks of one connection. Ends when it ends, whoever ended it. */
async function* blocksOf(connection: Connection, { target, signal }: Following, { position }: Place) {
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
  } finally {
    life.close()
  }
}

/** The place before everything, in one chat as in several. */
const BEGINNING = '0'

/** Whether the service is not as far as it was told to resume after: it went back, as when a backup is restored. */
const isAhead = (refusal: unknown): boolean =>
  isProblem(refusal, 'validation-failed') &&
  (refusal.problem.errors ?? []).some((error) => 'parameter' in error && error.code === 'out_of_range')

/** The server answered, and not with a stream. */
class Refused extends Error {
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

/** Who follows for ever outlasts every failure of the server, its defects included; at the beginning only what passes. */
const mayPass = ({ status }: Refused, begun: boolean): boolean => isPassing(status) || (begun && status >= 500)

/** Whether a stream may end with the event because it took the chat out of the caller's sight. */
const mayHideChat = (event: ChatEvent | undefined): boolean =>
  event?.type === 'member'
    ? isFormerMember(event.member)
    : event?.type === 'chat' && event.chat.visibility === 'private'

/** Takes note of where the block leads, and gives the event it tells of. */
const advance = (place: Place, block: Block): ChatEvent | undefined => {
  place.failures = 0
  place.position = block.id ?? place.position
  place.retry = block.retry ?? place.retry
  const event = eventOf(block)
  place.last = undefined
  if (event?.type === 'chat_deleted') place.left.delete(event.chat_id)
  return event
}

/** Follows until every chat is gone or the signal aborts, over as many connections as it takes. */
export async function* follow(connection: Connection, following: Following): AsyncGenerator<ChatEvent, void> {
  const { chatIds, signal } = following
  const place: Place = { position: undefined, retry: RETRY, failures: 0, last: undefined, left: new Set(chatIds) }

  while (place.left.size > 0 && !signal?.aborted) {
    let pause: number
    try {
      let latest: ChatEvent | undefined
      for await (const block of blocksOf(connection, following, place)) {
        latest = advance(place, block)
        if (latest) yield latest
        if (place.left.size === 0 || signal?.aborted) return
      }
      place.last = latest
      pause = place.retry
    } catch (error) {
      if (signal?.aborted) return
      const begun = place.position !== undefined
      const refusal = error instanceof Refused ? error.refusal : error
      if (begun && isProblem(refusal, 'not-found')) {
        // The last that was told of each chat was that it went out of the caller's sight.
        if (following.tellsOfGone || mayHideChat(place.last)) return
        // A chat that was there when the stream began, and is not when it resumes, was deleted in between, or hidden.
        for (const chat_id of place.left) yield { type: 'chat_deleted', chat_id, position: undefined }
        return
      }
      if (begun && place.position !== BEGINNING && isAhead(refusal)) {
        place.position = BEGINNING
        for (const chat_id of place.left) yield { type: 'chat_restored', chat_id, position: undefined }
        continue
      }
      const hopeless = error instanceof SyntaxError || (error instanceof Refused && !mayPass(error, begun))
      if (hopeless || (++place.failures >= connection.attempts && !begun)) throw refusal
      pause = Math.max(
        place.retry,
        backoff(place.failures, place.retry),
        error instanceof Refused ? error.retryAfter : 0,
      )
    }
    await connection.wait(pause, signal).catch(() => undefined)
  }
}
