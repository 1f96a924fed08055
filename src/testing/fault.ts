import type { OperationId } from '../client/operations.ts'

/**
 * What production does now and then. `unavailable`: the request is answered 503 and nothing is done. `timeout`: nothing
 * is done and nothing is answered until the caller gives up. `lost-answer`: it is done, and the connection is cut before
 * the answer.
 */
export type Fault = 'unavailable' | 'timeout' | 'lost-answer'

/** Which requests are meant: those of an operation of `openapi.yaml`, or those with this method and path. */
export type RequestMatcher = OperationId | { readonly method?: string; readonly path?: string | RegExp }
