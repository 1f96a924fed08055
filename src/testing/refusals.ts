import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Failure } from '../interfaces/http/endpoint/failure.ts'
import { sendProblem } from '../interfaces/http/endpoint/endpoint.ts'
import { MAX_STREAMS_OF_A_USER } from '../interfaces/http/endpoint/limits.ts'
import { openContext } from '../interfaces/http/endpoint/request-context.ts'

/** Writes a second of a user, as it is said to who is refused for too many. */
const QUOTA = 20

const cause = new Error('the test says so')

/** The failures that faults stand for. Streams are limited by how many are open, and nobody knows when one ends. */
const failures = {
  unavailable: (): Failure => ({ kind: 'Unavailable', cause }),
  'internal-error': (): Failure => ({ kind: 'Defect', cause }),
  'rate-limited': (isStream: boolean): Failure => {
    const quota = isStream ? ({ of: 'streams', quota: MAX_STREAMS_OF_A_USER } as const) : undefined
    return { kind: 'RateLimited', ...(quota ?? { of: 'writes', quota: QUOTA, wait: 1 }) }
  },
}

export const isRefusal = (fault: unknown): fault is keyof typeof failures =>
  typeof fault === 'string' && Object.hasOwn(failures, fault)

/** Answers as the service does that fails so. */
export const refuse = (fault: keyof typeof failures, isStream: boolean, req: IncomingMessage, res: ServerResponse) => {
  openContext(req, res).isPrivate = true
  sendProblem(res, failures[fault](isStream))
}
