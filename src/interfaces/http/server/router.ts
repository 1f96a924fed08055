import type { RequestListener } from 'node:http'
import { parse as parseQuery } from 'node:querystring'
import { hasPlainBody, readPlainBody } from './body.ts'
import type { Contract } from '../endpoint/contract.ts'
import type { Asked, Endpoint, Endpoints } from '../endpoint/endpoint.ts'

interface Destination {
  readonly endpoint: Endpoint
  readonly hasBody: boolean
}

/** What may follow where paths part: names, or one parameter. */
interface Fork {
  readonly named: Map<string, Fork>
  parameter?: { readonly name: string; readonly fork: Fork }
  /** By method, of the paths that end here. */
  readonly destinations: Map<string, Destination>
}

const newFork = (): Fork => ({ named: new Map(), destinations: new Map() })

const forkAfter = (fork: Fork, segment: string): Fork => {
  const name = /^\{(\w+)\}$/.exec(segment)?.[1]
  if (name !== undefined) return (fork.parameter ??= { name, fork: newFork() }).fork
  const next = fork.named.get(segment) ?? newFork()
  fork.named.set(segment, next)
  return next
}

const mapOf = ({ paths }: Contract, endpoints: Endpoints): Fork => {
  const start = newFork()
  for (const [template, operations] of paths) {
    const end = template.slice(1).split('/').reduce(forkAfter, start)
    for (const { id, method, hasBody } of operations) {
      const endpoint = endpoints[id]
      if (endpoint) end.destinations.set(method, { endpoint, hasBody })
    }
  }
  return start
}

/** A path that means what it says, and its query. */
const PLAIN = /^\/([\w.\-/]*)(?:\?(.*))?$/

/**
 * Takes requests for documented operations straight to their endpoints, past Express, whose own work costs more than
 * all of ours. Only what is spelled plainly: an escape in the path, another method, the other way to end a path, a
 * compressed body or one of unknown length, and whatever is wrong about a path go by way of Express to the same
 * endpoints. Both ways answer alike, and the tests hold them to it.
 */
export const directly = (contract: Contract, endpoints: Endpoints, otherwise: RequestListener): RequestListener => {
  const start = mapOf(contract, endpoints)

  const find = (method: string, path: string, params: Record<string, string>): Destination | undefined => {
    let fork = start
    for (const segment of path.split('/')) {
      const { named, parameter } = fork
      const next = named.get(segment)
      if (next) fork = next
      else if (parameter && segment !== '') {
        params[parameter.name] = segment
        fork = parameter.fork
      } else return undefined
    }
    return fork.destinations.get(method)
  }

  return (req, res) => {
    const [, path, query] = PLAIN.exec(req.url ?? '') ?? []
    const params: Record<string, string> = {}
    const destination = path === undefined ? undefined : find(req.method ?? '', path, params)
    if (!destination || (destination.hasBody && !hasPlainBody(req))) return otherwise(req, res)

    const asked: Asked = Object.assign(req, { params, query: query ? parseQuery(query) : {} })
    if (destination.hasBody) readPlainBody(asked, res, destination.endpoint)
    else destination.endpoint(asked, res)
  }
}
