import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import type { Contract } from '../endpoint/contract.ts'
import { type Endpoints, sendProblem } from '../endpoint/endpoint.ts'
import { send } from '../endpoint/reply.ts'
import { readBody } from './body.ts'
import { type Route, routerOf } from './router.ts'
import { originForm } from './target.ts'

const ask = (
  { destination: { operation, endpoint }, params, query }: Route & { kind: 'endpoint' },
  req: IncomingMessage,
  res: ServerResponse,
) => {
  const { headers } = req
  if (!operation.hasBody) return endpoint(req, res, { path: params, query, headers, body: undefined })
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
