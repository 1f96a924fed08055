/** A signal of our own that follows the caller's, and aborts when nothing was heard for a time. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Begins the time anew. */
  readonly extend: () => void
  /** Ends what the signal was given to, if it is still under way, and forgets the timer and the caller's signal. */
  readonly close: () => void
}

/** `AbortSignal.any` and `AbortSignal.timeout` would do, were there a way to let go of them early. */
export const deadline = (milliseconds: number, caller: AbortSignal | undefined): Deadline => {
  const controller = new AbortController()
  const give = () => controller.abort(caller?.reason)
  const expire = () => controller.abort(new DOMException(`no answer within ${milliseconds} ms`, 'TimeoutError'))
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
  }
}
