import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { UserId } from '../../../domain/caller.ts'
import type { Failure } from '../endpoint/failure.ts'

/** Counts a write of a user, and says whether it is one too many. */
export type WriteLimit = (user: UserId) => Promise<(Failure & { kind: 'RateLimited' }) | undefined>

/** So many writes in a second, each user by itself, on this server. A refused one counts as well. */
export const writeLimit = (quota: number): WriteLimit => {
  const limiter = new RateLimiterMemory({ points: quota, duration: 1, keyPrefix: '' })
  return (user) =>
    limiter.consume(user).then(
      () => undefined,
      (refused: unknown) => {
        if (!(refused instanceof RateLimiterRes)) throw refused
        return { kind: 'RateLimited', of: 'writes', quota, wait: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) }
      },
    )
}
