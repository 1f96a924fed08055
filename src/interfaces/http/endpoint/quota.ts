import type { Quota } from './failure.ts'

/** Seconds after which to try again where nobody knows when there will be room. */
const UNKNOWN_WAIT = 1

/** The parameters of a policy in the draft's words: writes are counted in a window of a second, streams while they are open. */
const PARAMETERS = { writes: 'w=1', streams: 'qu="concurrent-requests"' }

/** The fields of draft-ietf-httpapi-ratelimit-headers-10, of a quota of which nothing is left. */
export const limitFields = ({ of, quota, wait }: Quota): Readonly<Record<string, string>> => ({
  'Retry-After': String(wait ?? UNKNOWN_WAIT),
  'RateLimit-Policy': `"${of}";q=${quota};${PARAMETERS[of]}`,
  RateLimit: `"${of}";r=0${wait === undefined ? '' : `;t=${wait}`}`,
})

export const tooMuch = ({ of, quota }: Quota): string =>
  of === 'writes'
    ? `A user may write ${quota} times a second on this server`
    : `A user may have ${quota} event streams on this server`
