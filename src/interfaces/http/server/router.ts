import type { ParsedUrlQuery } from 'node:querystring'
import type { Contract } from '../endpoint/contract.ts'
import type { Endpoint, Endpoints } from '../endpoint/endpoint.ts'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { MAX_QUERY_PARAMETERS } from '../endpoint/limits.ts'
import type { Operation } from '../endpoint/operation.ts'
import { readTarget } from './target.ts'

/** Path parameters by their names. */
type Params = Readonly<Record<string, string>>

interface Destination {
  readonly operation: Operation
  readonly endpoint: Endpoint
}

/** Where a request leads, and the template of its path. */
export type Route =
  | {
      readonly kind: 'endpoint'
      readonly template: string
      readonly destination: Destination
      readonly params: Params
      readonly query: ParsedUrlQuery
    }
  /** To the methods of its path. */
  | { readonly kind: 'options'; readonly template: string; readonly allow: string }
  | {
      readonly kind: 'refusal'
      readonly template: string
      readonly failure: ProtocolFailure
      /** The operation that would have been asked for, when there is one: whoever may not ask for it hears that first. */
      readonly operation: Operation | undefined
      readonly query: ParsedUrlQuery
    }
  /** To the same a slash further. */
  | { readonly kind: 'moved'; readonly template: string; readonly location: string }
  /** Out of the contract, which does not have its path. */
  | { readonly kind: 'elsewhere' }

/** Where a request of a method for a target leads. */
export type RouteOf = (method: string, url: string) => Route

/** A path of the contract. */
interface Place {
  readonly template: string
  /** By method. */
  readonly destinations: ReadonlyMap<string, Destination>
  readonly allow: string
}

/** What may follow where paths part: names, which go first, or one parameter. */
interface Fork {
  readonly named: Map<string, Fork>
  parameter?: { readonly name: string; readonly fork: Fork }
  place?: Place
}

const newFork = (): Fork => ({ named: new Map() })

const forkAfter = (fork: Fork, segment: string): Fork => {
  const name = /^\{(\w+)\}$/.exec(segment)?.[1]
  if (name !== undefined) return (fork.parameter ??= { name, fork: newFork() }).fork
  const next = fork.named.get(segment) ?? newFork()
  fork.named.set(segment, next)
  return next
}

/** The segments of a path, which may end in a slash or not. */
const segmentsOf = (path: string): string[] => {
  const segments = path.slice(1).split('/')
  if (segments.at(-1) === '') segments.pop()
  return segments
}

const placeOf = (template: string, operations: readonly Operation[], endpoints: Endpoints): Place => {
  const destinations = new Map<string, Destination>()
  for (const operation of operations) {
    const endpoint = endpoints[operation.id]
    if (!endpoint) throw new Error(`no endpoint for operation ${operation.id}`)
    destinations.set(operation.method, { operation, endpoint })
  }
  const get = destinations.get('GET')
  if (get) destinations.set('HEAD', get)
  return { template, destinations, allow: [...destinations.keys(), 'OPTIONS'].join(', ') }
}

const mapOf = ({ paths }: Contract, endpoints: Endpoints): Fork => {
  const start = newFork()
  for (const [template, operations] of paths)
    segmentsOf(template).reduce(forkAfter, start).place = placeOf(template, operations, endpoints)
  return start
}

/** The parameters without their escapes; undefined when one of them cannot be read. */
const decoded = (params: Params): Params | undefined => {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    return undefined
  }
}

const BAD_ESCAPE: ProtocolFailure = { kind: 'Malformed', detail: 'The path has a bad escape' }
const TOO_MANY_PARAMETERS: ProtocolFailure = {
  kind: 'Malformed',
  detail: `The query has more than ${MAX_QUERY_PARAMETERS} parameters`,
}
export const ELSEWHERE: Route = { kind: 'elsewhere' }

/**
 * Knows every operation of the contract in every spelling of its path: with or without the slash at the end, with
 * escapes in its parameters, after the name of a host. Names are spelled as documented, capitals included.
 */
export const routerOf = (contract: Contract, endpoints: Endpoints): RouteOf => {
  const start = mapOf(contract, endpoints)

  const find = (path: string, params: Record<string, string>): Place | undefined => {
    let fork = start
    for (const segment of segmentsOf(path)) {
      const { named, parameter } = fork
      const next = named.get(segment)
      if (next) fork = next
      else if (parameter && segment !== '') {
        params[parameter.name] = segment
        fork = parameter.fork
      } else return undefined
    }
    return fork.place
  }

  return (method, url) => {
    const { path, query, hasTooManyParameters } = readTarget(url)
    if (!path.startsWith('/')) return ELSEWHERE
    const found: Record<string, string> = {}
    const place = find(path, found)
    if (!place) return ELSEWHERE
    const { template, destinations, allow } = place
    const destination = destinations.get(method)
    const refusal = (failure: ProtocolFailure): Route => ({
      kind: 'refusal',
      template,
      failure,
      operation: destination?.operation,
      query,
    })
    const params = path.includes('%') ? decoded(found) : found
    if (!params) return refusal(BAD_ESCAPE)
    if (hasTooManyParameters) return refusal(TOO_MANY_PARAMETERS)

    if (destination) return { kind: 'endpoint', template, destination, params, query }
    if (method === 'OPTIONS') return { kind: 'options', template, allow }
    return refusal({ kind: 'MethodNotAllowed', method, allow })
  }
}
