import { Counter, type Registry } from 'prom-client'
import type { Failure } from '../endpoint/failure.ts'

/**
 * - `missing`: no credential; `expired`: one that says itself that it was good once; `invalid`: any other that is not good;
 * - `forbidden`: a good one, for something that its holder may not do.
 */
const AUTH_REASONS = ['missing', 'expired', 'invalid', 'forbidden'] as const

/** - `writes` and `streams` of one user; `all_streams`: of the whole server. */
const LIMITS = ['writes', 'streams', 'all_streams'] as const

const authReason = (failure: Failure): (typeof AUTH_REASONS)[number] | undefined => {
  if (failure.kind === 'NoCredential') return 'missing'
  if (failure.kind === 'Unauthenticated') return failure.hasExpired === true ? 'expired' : 'invalid'
  return failure.kind === 'Forbidden' ? 'forbidden' : undefined
}

const limitOf = (failure: Failure): (typeof LIMITS)[number] | undefined => {
  if (failure.kind === 'RateLimited') return failure.of
  return failure.kind === 'TooManyStreams' ? 'all_streams' : undefined
}

/** Counts those who may not ask and those who ask too much, by the reason and never by who it was. */
export const refusalMetrics = (registry: Registry): ((failure: Failure) => void) => {
  const auth = new Counter({
    name: 'auth_refusals_total',
    help: 'Requests refused for their credential, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  })
  const limits = new Counter({
    name: 'limit_refusals_total',
    help: 'Requests refused because something was used up: writes or streams of a user, or all streams of the server.',
    labelNames: ['limit'],
    registers: [registry],
  })
  for (const reason of AUTH_REASONS) auth.inc({ reason }, 0)
  for (const limit of LIMITS) limits.inc({ limit }, 0)

  return (failure) => {
    const [reason, limit] = [authReason(failure), limitOf(failure)]
    if (reason) auth.inc({ reason })
    if (limit) limits.inc({ limit })
  }
}
