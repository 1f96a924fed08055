import type { OperationId } from '../client/operations.ts'

/** Faults that are told by a name. */
export const FAULTS = ['unavailable', 'rate-limited', 'internal-error', 'timeout', 'lost-answer'] as const

/** The longest that an answer may be held back, in milliseconds. */
export const SLOWEST = 60_000

/**
 * What production does now and then.
 * - `unavailable`: the request is answered 503 with `Retry-After`, and nothing is done;
 * - `rate-limited`: it is answered 429 with `Retry-After` and the `RateLimit` fields, and nothing is done;
 * - `internal-error`: it is answered 500, and nothing is done;
 * - `timeout`: nothing is done and nothing is answered until the caller gives up;
 * - `lost-answer`: it is done, and the connection is cut before the answer;
 * - `{ slow: 300 }`: it is done and answered 300 milliseconds later, in real time (1 to 60 000). What the caller gives up before is
 *   not done.
 */
export type Fault = (typeof FAULTS)[number] | { readonly slow: number }

/** Which requests are meant: those of an operation of `openapi.yaml`, or those with this method and path. */
export type RequestMatcher = OperationId | { readonly method?: string; readonly path?: string | RegExp }

/** Callers without types get a wrong fault past the compiler, and a wrong number with them. */
export const checkFault = (fault: Fault): void => {
  if (typeof fault === 'string') {
    if (!FAULTS.includes(fault)) throw new Error(`${fault as string} is none of ${FAULTS.join(', ')}, { slow: … }`)
  } else if (!Number.isInteger(fault.slow) || fault.slow < 1 || fault.slow > SLOWEST)
    throw new RangeError(`slow is a whole number of milliseconds from 1 to ${SLOWEST}, and ${fault.slow} is none`)
}
