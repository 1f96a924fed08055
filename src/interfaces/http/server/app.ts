import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import type { Entrance } from '../callers/entrance.ts'
import type { Contract } from '../endpoint/contract.ts'
import { type Endpoints, sendDefect, sendProblem, takes } from '../endpoint/endpoint.ts'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import type { Operation } from '../endpoint/operation.ts'
import { send } from '../endpoint/reply.ts'
import { contextOf } from '../endpoint/request-context.ts'
import { below } from './base-path.ts'
import { announcedRefusal, type readBody } from './body.ts'
import { expectsContinue, refusalOfHead } from './request-head.ts'
import { type Route, routerOf } from './router.ts'
import { originForm } from './target.ts'

/** Why a body need not be sent; whoever waits for a word before it sends one hears of whatever the head alone tells. */
const refusalAhead = ({ produces }: Operation, req: IncomingMessage): ProtocolFailure | undefined =>
  expectsContinue(req) && !takes(req, produces) ? { kind: 'NotAcceptable', offered: produces } : announcedRefusal(req)

const ask = (
  read: typeof readBody,
  { destination: { operation, endpoint }, params, query }: Route & { kind: 'endpoint' },
  req: IncomingMessage,
  res: ServerResponse,
) => {
  const { headers } = req
  if (!operation.hasBody) return endpoint(req, res, { path: params, query, headers, body: undefined })
  const refusal = refusalAhead(operation, req)
  if (refusal) return sendProblem(res, refusal)
  if (expectsContinue(req)) res.writeContinue()
  read(req, (body) =>
    E.isLeft(body)
      ? sendProblem(res, body.left)
      : endpoint(req, res, { path: params, query, headers, body: body.right }),
  )
}

/** A way that leads to an operation, or would, were the request not refused for its path or its query. */
type Way = Route & { kind: 'endpoint' | 'refusal' }

const operationOf = (route: Route): Operation | undefined => {
  if (route.kind === 'endpoint') return route.destination.operation
  return route.kind === 'refusal' ? route.operation : undefined
}

/**
 * Answers every request, observed from its head on; what the contract has no path for is answered `elsewhere`. Who may not
 * ask for an operation hears that before anything else that the request is refused for, HTTP itself aside.
 */
export const httpApp = (
  contract: Contract,
  endpoints: Endpoints,
  elsewhere: RequestListener,
  observe: RequestListener,
  { gate, misdirected, origins }: Entrance,
  read: typeof readBody,
  basePath = '',
): RequestListener => {
  const routeOf = below(basePath, routerOf(contract, endpoints))

  const goOn = (way: Way, req: IncomingMessage, res: ServerResponse) =>
    way.kind === 'endpoint' ? ask(read, way, req, res) : sendProblem(res, way.failure)

  const enter = (way: Way, operation: Operation, req: IncomingMessage, res: ServerResponse) => {
    const refusal = gate(operation, req, res, way.query)
    if (refusal === undefined) return goOn(way, req, res)
    if (!(refusal instanceof Promise)) return sendProblem(res, refusal)
    refusal
      .then((late) => (late ? sendProblem(res, late) : goOn(way, req, res)))
      .catch((cause: unknown) => sendDefect(res, cause))
  }

  return (req, res) => {
    observe(req, res)
    const route = routeOf(req.method ?? '', req.url ?? '')
    const operation = operationOf(route)
    const context = contextOf(res)
    if (route.kind !== 'elsewhere') context.route = route.template
    context.isPrivate = operation?.requires !== undefined
    if (origins) context.originFields = origins.fieldsFor(req, context.isPrivate)
    const refusal = refusalOfHead(req) ?? misdirected?.(req)
    if (refusal) return sendProblem(res, refusal)
    switch (route.kind) {
      case 'endpoint':
        return enter(route, route.destination.operation, req, res)
      case 'options':
        return send(res, { status: 204, headers: { Allow: route.allow, ...origins?.preflight(req, route.allow) } })
      case 'refusal':
        return operation ? enter(route, operation, req, res) : sendProblem(res, route.failure)
      case 'moved':
        return send(res, { status: 308, headers: { Location: route.location } })
      case 'elsewhere':
        // Express finds the path of no target whose host it cannot read.
        req.url = originForm(req.url ?? '')
        return elsewhere(req, res)
    }
  }
}
