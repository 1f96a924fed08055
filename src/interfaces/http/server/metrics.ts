import { collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'
import type { Failure } from '../endpoint/failure.ts'
import type { RequestContext } from '../endpoint/request-context.ts'
import { refusalMetrics } from './refusal-metrics.ts'

export interface HttpMetrics {
  readonly started: () => void
  /** Of a request that was. */
  readonly refused: (failure: Failure) => void
  /** Once for each `started`, whether the answer was sent whole or cut off. */
  readonly finished: (context: RequestContext, method: string, status: number, seconds: number) => void
}

/** Upper bounds in seconds, those of OpenTelemetry's semantic conventions for HTTP. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

export const processMetrics = (registry: Registry): void => collectDefaultMetrics({ register: registry })

type Durations = Map<number, { observe: (seconds: number) => void }>

/** Labels are the route's template and never what a client makes up, so the number of series is bounded. */
export const httpMetrics = (registry: Registry): HttpMetrics => {
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status_code'],
    buckets: BUCKETS,
    registers: [registry],
  })
  let active = 0
  new Gauge({
    name: 'http_server_active_requests',
    help: 'Requests that were not answered yet.',
    registers: [registry],
    collect() {
      this.set(active)
    },
  })
  /** Of each kind of answer, by route, method and status: looking it up costs less than having the library look up its labels. */
  const durations = new Map<string, Map<string, Durations>>()
  const durationOf = (method: string, route: string, status: number) => {
    const ofRoute = durations.get(route) ?? new Map<string, Durations>()
    const ofMethod = ofRoute.get(method) ?? (new Map() as Durations)
    const found = ofMethod.get(status)
    if (found) return found
    const made = duration.labels({ method, route, status_code: status })
    durations.set(route, ofRoute.set(method, ofMethod.set(status, made)))
    return made
  }
  const known = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'])

  return {
    refused: refusalMetrics(registry),
    started: () => {
      active += 1
    },
    finished: ({ route }, method, status, seconds) => {
      active -= 1
      durationOf(known.has(method) ? method : '_OTHER', route, status).observe(seconds)
    },
  }
}
