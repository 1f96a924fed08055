import type { Request, RequestHandler, Response } from 'express'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import { isKnown, notModified } from './conditions.ts'
import type { Operation } from './contract.ts'
import { type Failure, refusalOf, toProblem } from './problem.ts'
import { PROBLEM_TYPE, type Reply, send } from './reply.ts'
import { contextOf } from './request-context.ts'

/** Answers with the failure's problem, and leaves its cause to the log. */
export const sendProblem = (res: Response, failure: Failure): void => {
  const context = contextOf(res)
  if ('cause' in failure) context.cause = failure.cause
  const { status, headers, body } = toProblem(failure, context.id)
  send(res, { status, headers, type: PROBLEM_TYPE, body: JSON.stringify(body) })
}

/** Whether the client takes one of the types; problems are sent whatever it takes (RFC 9110, section 12.4.1). */
const accepts = (req: Request, types: readonly string[]) => {
  const accept = req.headers.accept
  if (accept === undefined || accept === '*/*' || types.length === 0) return true
  return req.accepts([...types]) !== false
}

/** Holds the request against the contract, decodes it, runs the handler, and turns any failure into a problem. */
export const endpoint = <A>(
  operation: Operation,
  request: t.Decoder<unknown, A>,
  handle: (input: A) => TE.TaskEither<Failure, Reply>,
): RequestHandler => {
  const answer = async (req: Request): Promise<E.Either<Failure, Reply>> => {
    if (!accepts(req, operation.produces)) return E.left({ kind: 'NotAcceptable', offered: operation.produces })

    const raw = { path: req.params, query: req.query, headers: req.headers, body: req.body as unknown }
    const undocumented = operation.violations(raw)
    const decoded = request.decode(raw)
    // The codec knows the rules by name; the document's own words serve where only the document objects.
    if (E.isLeft(decoded)) return E.left(refusalOf(decoded.left))
    if (undocumented.length > 0) return E.left({ kind: 'Invalid', violations: undocumented })
    return E.map((reply: Reply) => (isKnown(req, reply) ? notModified(reply) : reply))(await handle(decoded.right)())
  }

  return async (req, res) => {
    contextOf(res).route = operation.path
    const reply = await answer(req)
    if (E.isLeft(reply)) sendProblem(res, reply.left)
    else send(res, reply.right)
  }
}
