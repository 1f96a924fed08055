import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import type { Contract } from '../endpoint/contract.ts'
import { type Endpoints, sendProblem, takes } from '../endpoint/endpoint.ts'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import type { Operation } from '../endpoint/operation.ts'
import { send } from '../endpoint/reply.ts'
import { contextOf } from '../endpoint/request-context.ts'
import { announcedRefusal, readBody } from './body.ts'
import { expectsContinue, refusalOfHead } from './request-head.ts'
import { type Route, routerOf } from './router.ts'
import { originForm } from './target.ts'

/** Why a body need not be sent; whoever waits for a word before it sends one hears of whatever the head alone tells. */
const refusalAhead = ({ produces }: Operation, req: IncomingMessage): ProtocolFailure | undefined =>
  expectsContinue(req) && !takes(req, produces) ? { kind: 'NotAcceptable', offered: produces } : announcedRefusal(req)

const ask = (
  { destination: { operation, endpoint }, params, query }: Route & { kind: 'endpoint' },
  req: IncomingMessage,
  res: ServerResponse,
) => {
  const { headers } = req
  if (!operation.hasBody) return endpoint(req, res, { path: params, query, headers, body: undefined })
  const refusal = refusalAhead(operation, req)
  if (refusal) return sendProblem(res, refusal)
  if (expectsContinue(req)) res.writeContinue()
  readBody(req, (body) =>
    E.isLeft(body)
      ? sendProblem(res, body.left)
      : endpoint(req, res, { path: params, query, headers, body: body.right }),
  )
}

/** Answers every request, observed from its head on; what the contract has no path for is answered `elsewhere`. */
export const httpApp = (
  contract: Contract,
  endpoints: Endpoints,
  elsewhere: RequestListener,
  observe: RequestListener,
): RequestListener => {
  const routeOf = routerOf(contract, endpoints)

  return (req, res) => {
    observe(req, res)
    const route = routeOf(req.method ?? '', req.url ?? '')
    if (route.kind !== 'elsewhere') contextOf(res).route = route.template
    const refusal = refusalOfHead(req)
    if (refusal) return sendProblem(res, refusal)
    switch (route.kind) {
      case 'endpoint':
        return ask(route, req, res)
      case 'options':
        return send(res, { status: 204, headers: { Allow: route.allow } })
      case 'refusal':
        return sendProblem(res, route.failure)
      case 'elsewhere':
        // Express finds the path of no target whose host it cannot read.
        req.url = originForm(req.url ?? '')
        return elsewhere(req, res)
    }
  }
}
