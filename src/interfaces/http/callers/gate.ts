import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ParsedUrlQuery } from 'node:querystring'
import * as E from 'fp-ts/lib/Either.js'
import type { Authentication, Authenticator } from '../../../application/ports/authenticator.ts'
import { ANYBODY, type Caller, onBehalfOf, permitted, type Requirement } from '../../../domain/caller.ts'
import type { Failure } from '../endpoint/failure.ts'
import type { Operation } from '../endpoint/operation.ts'
import { contextOf } from '../endpoint/request-context.ts'
import { namedUser } from './named-user.ts'
import { KEY_IN_QUERY, tokenOf } from './token.ts'
import type { WriteLimit } from './write-limit.ts'

/** Why a request is refused; undefined, when it is let in. */
type Refusal = Failure | undefined

/**
 * Lets in who may ask for an operation, and keeps in the request's context who that is and whether its credential still
 * holds. The answer is there at once, unless the authenticator has to ask somebody or the caller's writes are counted.
 */
export type Gate = (
  operation: Operation,
  req: IncomingMessage,
  res: ServerResponse,
  query: ParsedUrlQuery,
) => Refusal | Promise<Refusal>

type Guarded = Operation & { readonly requires: Requirement }

const isGuarded = (operation: Operation): operation is Guarded => operation.requires !== undefined

/** Without an authenticator, everybody is let in as a service, or as the user it says it acts for. */
export const gate = (authenticator?: Authenticator, limitWrites?: WriteLimit): Gate => {
  /** In this order: what the credential may not do, whomever it acts for; whom it names; what it may not do for that user. */
  const enter = (
    caller: Caller,
    operation: Guarded,
    req: IncomingMessage,
    res: ServerResponse,
    query: ParsedUrlQuery,
  ): Refusal | Promise<Refusal> => {
    const { requires } = operation
    const allowed = permitted(caller, requires)
    if (E.isLeft(allowed)) return allowed.left
    const named = namedUser(req, operation, query)
    let actor = caller
    if (named !== undefined) {
      if (E.isLeft(named)) return named.left
      const acting = onBehalfOf(caller, named.right)
      if (E.isLeft(acting)) return acting.left
      const allowedFor = permitted(acting.right, requires)
      if (E.isLeft(allowedFor)) return allowedFor.left
      actor = acting.right
    }
    contextOf(res).caller = actor
    return limitWrites && actor.kind === 'user' && requires.scope === 'write' ? limitWrites(actor.id) : undefined
  }

  const admit = (
    found: Authentication,
    operation: Guarded,
    req: IncomingMessage,
    res: ServerResponse,
    query: ParsedUrlQuery,
  ): Refusal | Promise<Refusal> => {
    if (E.isLeft(found)) return found.left
    const { caller, holds } = found.right
    if (caller.kind === 'service' && req.headers.authorization === undefined) return KEY_IN_QUERY
    contextOf(res).holds = holds
    return enter(caller, operation, req, res, query)
  }

  return (operation, req, res, query) => {
    if (!isGuarded(operation)) return undefined
    if (!authenticator) return enter(ANYBODY, operation, req, res, query)
    const token = tokenOf(req, operation, query)
    if (typeof token !== 'string') return token
    const found = authenticator.authenticate(token)
    return found instanceof Promise
      ? found.then((late) => admit(late, operation, req, res, query))
      : admit(found, operation, req, res, query)
  }
}
