import type { IncomingMessage, ServerResponse } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import type { Caller } from '../../../domain/caller.ts'
import type { Failure } from './failure.ts'
import { preferred } from './media-types.ts'
import type { Operation } from './operation.ts'
import { beforehand, conditioned } from './preconditions.ts'
import type { RawRequest } from './request-checks.ts'
import { toProblem } from './problem.ts'
import { refusalOf } from './refusal.ts'
import { PROBLEM_TYPE, type Reply, send } from './reply.ts'
import { contextOf } from './request-context.ts'

/** Answers a request for one operation. */
export type Endpoint = (req: IncomingMessage, res: ServerResponse, asked: RawRequest) => void

/** Every operation of the contract, by its id. */
export type Endpoints = Readonly<Record<string, Endpoint>>

/** Answers with the failure's problem, and leaves its cause to the log. */
export const sendProblem = (res: ServerResponse, failure: Failure): void => {
  const context = contextOf(res)
  context.refusal = failure
  if ('cause' in failure) context.cause = failure.cause
  const { status, headers, body } = toProblem(failure, context.id, context.basePath)
  send(res, { status, headers, type: PROBLEM_TYPE, body: JSON.stringify(body) })
}

/** Answers that the service met a defect; what was begun already can only be cut off. */
export const sendDefect = (res: ServerResponse, cause: unknown): void => {
  if (res.headersSent) res.destroy(cause as Error)
  else sendProblem(res, { kind: 'Defect', cause })
}

/** Whether the client takes one of the types; problems are sent whatever it takes (RFC 9110, section 12.4.1). */
export const takes = ({ headers }: IncomingMessage, types: readonly string[]) =>
  types.length === 0 || preferred(headers.accept, types) !== undefined

/** Holds the request against the contract, decodes it, runs the handler, and turns any failure into a problem. */
export const endpoint = <A>(
  operation: Operation,
  request: t.Decoder<unknown, A>,
  handle: (input: A, caller: Caller) => TE.TaskEither<Failure, Reply>,
): Endpoint => {
  const answer = async (req: IncomingMessage, res: ServerResponse, asked: RawRequest): Promise<void> => {
    if (!takes(req, operation.produces)) return sendProblem(res, { kind: 'NotAcceptable', offered: operation.produces })

    const undocumented = operation.violations(asked)
    const decoded = request.decode(asked)
    // The codec knows the rules by name; the document's own words serve where only the document objects.
    if (E.isLeft(decoded)) return sendProblem(res, refusalOf(decoded.left))
    if (undocumented.length > 0) return sendProblem(res, { kind: 'Invalid', violations: undocumented })

    const refused = beforehand(operation, req)
    if (E.isLeft(refused)) return sendProblem(res, refused.left)

    const handled = await handle(decoded.right, contextOf(res).caller)()
    // Not by `flatMap`, whose two ways to be called take a tenth of the time of a whole request.
    const reply = E.isLeft(handled) ? handled : conditioned(req, handled.right)
    if (E.isLeft(reply)) sendProblem(res, reply.left)
    else send(res, reply.right)
  }

  return (req, res, asked) => {
    answer(req, res, asked).catch((cause: unknown) => sendDefect(res, cause))
  }
}
