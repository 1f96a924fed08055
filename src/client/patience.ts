/** How often and how long to try again. */
export interface Patience {
  /** How often a request is tried at the most. */
  readonly attempts: number
  /** Milliseconds that one attempt may take. */
  readonly timeout: number
  /** Lets the milliseconds pass; rejects when the signal aborts. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>
}

/** The first pause is at most this long, in milliseconds; each one after it at most twice as long as the one before. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 5000

/** A server that asks for more patience than this is given up. */
const LONGEST_RETRY_AFTER = 30_000

/** Statuses of a server that may do later what it cannot do now. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

export const isPassing = (status: number): boolean => PASSING.has(status)

/** A random part of a pause that doubles, so that those who failed together do not come back together. */
export const backoff = (attempt: number, first = FIRST_PAUSE): number =>
  Math.random() * Math.min(LONGEST_PAUSE, first * 2 ** (attempt - 1))

/** Milliseconds that `Retry-After` asks for (RFC 9110, section 10.2.3): seconds or a date. */
export const retryAfter = (header: string | null, now = Date.now()): number => {
  if (header === null) return 0
  const wanted = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(wanted) ? 0 : Math.max(0, wanted)
}

/** The pause before the next attempt; undefined when the server asks for too long a one. */
export const pauseAfter = (attempt: number, header: string | null): number | undefined => {
  const asked = retryAfter(header)
  return asked > LONGEST_RETRY_AFTER ? undefined : Math.max(asked, backoff(attempt))
}

/** Real time. */
export const passTime = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', settle)
      if (signal?.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const timer = setTimeout(settle, milliseconds)
    if (signal?.aborted) settle()
    else signal?.addEventListener('abort', settle)
  })
