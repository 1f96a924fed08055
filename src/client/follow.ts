import type { Connection } from './connection.ts'
import { blocksOf, Refused } from './event-stream.ts'
import { backoff, isPassing } from './patience.ts'
import { isProblem } from './problem.ts'
import type { Block } from './server-sent-events.ts'

/** What is followed, over however many connections, and what its stream means. */
export interface Followed<Event> {
  readonly target: string
  readonly signal: AbortSignal | undefined
  /** Told when the stream is there, and when it was lost. */
  readonly onConnection?: ((isConnected: boolean) => void) | undefined
  /** The event that a block tells of; undefined when it is none. Each is read once. */
  readonly read: (block: Block) => Event | undefined
  /** Whether nothing more can come. */
  readonly isOver: () => boolean
  /**
   * What is left to tell when a stream that began is not found any more. `last` is what the connection before ended with, if
   * the server ended it right after. Undefined: that is a refusal like others.
   */
  readonly gone: (last: Event | undefined) => readonly Event[] | undefined
  /** What is told before everything is told anew, for the service went back behind where it was. */
  readonly restored: () => readonly Event[]
}

/** Milliseconds before coming back, unless the stream says otherwise. */
const RETRY = 1000

/** Where a follower is between one connection and the next. */
interface Place<Event> {
  position: string | undefined
  retry: number
  failures: number
  /** What the last connection ended with, if it ended in order right after it. */
  last: Event | undefined
}

/** The place before everything, on every stream. */
const BEGINNING = '0'

/** Whether the service is not as far as it was told to resume after: it went back, as when a backup is restored. */
const isAhead = (refusal: unknown): boolean =>
  isProblem(refusal, 'validation-failed') &&
  refusal.problem.errors.some((error) => 'parameter' in error && error.code === 'out_of_range')

/** Who follows for ever outlasts every failure of the server, its defects included; at the beginning only what passes. */
const mayPass = ({ status }: Refused, begun: boolean): boolean => isPassing(status) || (begun && status >= 500)

/** Takes note of where the block leads, and gives the event it tells of. */
const advance = <Event>(place: Place<Event>, block: Block, read: Followed<Event>['read']): Event | undefined => {
  place.failures = 0
  place.position = block.id ?? place.position
  place.retry = block.retry ?? place.retry
  place.last = undefined
  return read(block)
}

/** Tells what is not as it was told before. */
const changing = (tell: ((is: boolean) => void) | undefined) => {
  let told: boolean | undefined
  return (is: boolean) => {
    if (told === is) return
    told = is
    tell?.(is)
  }
}

/** Follows until nothing more can come or the signal aborts, over as many connections as it takes. */
export async function* follow<Event>(connection: Connection, followed: Followed<Event>): AsyncGenerator<Event, void> {
  const { target, signal, read, isOver } = followed
  const place: Place<Event> = { position: undefined, retry: RETRY, failures: 0, last: undefined }
  const say = changing(followed.onConnection)

  while (!isOver() && !signal?.aborted) {
    let pause: number
    try {
      let latest: Event | undefined
      for await (const block of blocksOf(connection, { target, signal, position: place.position })) {
        latest = advance(place, block, read)
        say(true)
        if (latest) yield latest
        if (isOver() || signal?.aborted) return
      }
      place.last = latest
      pause = place.retry
    } catch (error) {
      if (signal?.aborted) return
      const begun = place.position !== undefined
      const refusal = error instanceof Refused ? error.refusal : error
      const left = begun && isProblem(refusal, 'not-found') ? followed.gone(place.last) : undefined
      if (left) return yield* left
      if (begun && place.position !== BEGINNING && isAhead(refusal)) {
        place.position = BEGINNING
        yield* followed.restored()
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
    say(false)
    await connection.wait(pause, signal).catch(() => undefined)
  }
}
