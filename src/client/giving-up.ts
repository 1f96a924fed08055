const late = new WeakSet<object>()
const givenUp = new WeakSet<object>()

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

/** What a call, or an attempt to open a stream, rejects with when nothing was heard for so many milliseconds. */
export const lateness = (milliseconds: number): DOMException => {
  const error = new DOMException(`no answer within ${milliseconds} ms`, 'TimeoutError')
  late.add(error)
  return error
}

/** A reason that is no object, as the cause of an error that is one. */
class Aborted extends Error {
  override readonly name = 'AbortError'
}

/** What a call rejects with when the caller's signal aborted: its reason, as from `fetch`. */
export const abandonment = ({ reason }: AbortSignal): object => {
  const error = isObject(reason) ? reason : new Aborted(String(reason), { cause: reason })
  givenUp.add(error)
  return error
}

/**
 * Whether what was caught says that the last attempt was not answered within the client's `timeout`; of a stream, that it never
 * began. Whether something was done is not known. A signal of `AbortSignal.timeout()` is the caller's: see `isAborted`.
 */
export const isTimeout = (error: unknown): error is Error => isObject(error) && late.has(error)

/**
 * Whether what was caught says that the caller gave the call up, by its `signal`. It is the signal's reason, or has it as its
 * `cause` when that is no object. Whether something was done is not known. To follow ends without an error then.
 */
export const isAborted = (error: unknown): boolean => isObject(error) && givenUp.has(error)
