import type { IncomingMessage } from 'node:http'

/** Cross-origin resource sharing (the Fetch standard, section 3.3), without credentials of the browser's own. */
export interface Origins {
  /** The fields that let a page of another origin read the answer, as names and values in turn. */
  readonly fieldsFor: (req: IncomingMessage, isPrivate: boolean) => readonly string[]
  /** The fields for a browser that asks whether it may send a request; none when it does not ask, or may not. */
  readonly preflight: (req: IncomingMessage, allow: string) => Readonly<Record<string, string>>
}

const EXPOSED = 'ETag, Link, Location, Retry-After, RateLimit, Idempotency-Replayed, X-Request-Id'

/** What requests may bear, beside what every page may send. */
const ALLOWED =
  'Authorization, On-Behalf-Of, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id'

/** Seconds for which a browser may keep the answer: as many as Chromium takes. */
const MAX_AGE = '7200'

/** The origins whose pages may read answers, or `*` for all of them. A private answer varies by origin already. */
export const originsOf = (allowed: readonly string[]): Origins => {
  const isOpen = allowed.includes('*')
  const varying = isOpen ? [] : ['Vary', 'Origin']
  const letting = (origin: string) => [
    ...['Access-Control-Allow-Origin', origin],
    ...['Access-Control-Expose-Headers', EXPOSED],
  ]
  const known = new Map(
    allowed.map((origin) => [origin, { ofPrivate: letting(origin), ofOpen: [...letting(origin), ...varying] }]),
  )
  const unknown = { ofPrivate: [], ofOpen: varying }
  const given = ({ headers: { origin = '' } }: IncomingMessage) => known.get(isOpen && origin !== '' ? '*' : origin)

  return {
    fieldsFor: (req, isPrivate) => {
      const { ofPrivate, ofOpen } = given(req) ?? unknown
      return isPrivate ? ofPrivate : ofOpen
    },
    preflight: (req, allow): Readonly<Record<string, string>> =>
      given(req) && req.headers['access-control-request-method'] !== undefined
        ? {
            'Access-Control-Allow-Methods': allow,
            'Access-Control-Allow-Headers': ALLOWED,
            'Access-Control-Max-Age': MAX_AGE,
          }
        : {},
  }
}
