import { abandonment, lateness } from './giving-up.ts'

/** A signal of our own that follows the caller's, and aborts when nothing was heard for a time. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Begins the time anew. */
  readonly extend: () => void
  /** Ends what the signal was given to, if it is still under way, and forgets the timer and the caller's signal. */
  readonly close: () => void
  /** Why what failed did so: the signal's reason once it aborted, for not every `fetch` says it. */
  readonly reasonFor: (error: unknown) => unknown
}

/** `AbortSignal.any` and `AbortSignal.timeout` would do, were there a way to let go of them early. */
export const deadline = (milliseconds: number, caller: AbortSignal | undefined): Deadline => {
  const controller = new AbortController()
  const give = () => controller.abort(caller && abandonment(caller))
  const expire = () => controller.abort(lateness(milliseconds))
  let timer = setTimeout(expire, milliseconds)
  if (caller?.aborted) give()
  else caller?.addEventListener('abort', give)

  return {
    signal: controller.signal,
    extend: () => {
      clearTimeout(timer)
      timer = setTimeout(expire, milliseconds)
    },
    close: () => {
      clearTimeout(timer)
      caller?.removeEventListener('abort', give)
      controller.abort()
    },
    reasonFor: (error) => (controller.signal.aborted ? (controller.signal.reason as unknown) : error),
  }
}
