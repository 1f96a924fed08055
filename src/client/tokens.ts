/** A token of which it is known for how many milliseconds from now it is good. */
export interface LastingToken {
  readonly token: string
  readonly expiresIn: number
}

/** Where the token comes from that requests bear: the token itself, or whoever has one, now or later. */
export type TokenSource = string | (() => string | LastingToken | Promise<string | LastingToken>)

/** The part of its time for which a token is kept. Whoever asks for the next one must not come late. */
const KEPT = 0.9

/** What requests bear as `Authorization: Bearer`. */
export interface Tokens {
  /** The token to send; undefined for none. Rejects with what the source rejects with, or when the signal aborts. */
  readonly current: (signal: AbortSignal) => Promise<string | undefined>
  /** Lets go of a token that was refused. Whether another may be had by asking once more. */
  readonly refuse: (token: string | undefined) => boolean
}

/** Settles as the promise does, unless the signal aborts before. */
const orAborted = <A>(promise: Promise<A>, signal: AbortSignal): Promise<A> =>
  new Promise((resolve, reject) => {
    const give = () => reject(signal.reason as Error)
    if (signal.aborted) give()
    else signal.addEventListener('abort', give)
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', give))
  })

/**
 * A source is asked when the first request needs a token, once for all who wait, and again once that token was refused:
 * by whoever sends next, whichever of its requests was refused first; and before its time is over, where that is known: by the
 * caller's own clock, which may be wrong, but goes. One that fails, or is not waited for any more, is asked again by the next
 * request.
 */
export const tokensFrom = (source: TokenSource | undefined): Tokens => {
  if (typeof source !== 'function') return { current: async () => source, refuse: () => false }

  let asked: Promise<string> | undefined
  let held: string | undefined
  /** When the held token is to be replaced, in milliseconds since 1970. */
  let stale = Infinity

  const forget = (one: Promise<string> | undefined) => {
    if (asked !== one) return
    asked = undefined
    held = undefined
    stale = Infinity
  }

  const ask = () => {
    const mine: Promise<string> = Promise.resolve()
      .then(source)
      .then((given) => {
        const { token, expiresIn } = typeof given === 'string' ? { token: given, expiresIn: Infinity } : given
        if (asked === mine) {
          held = token
          stale = Date.now() + expiresIn * KEPT
        }
        return token
      })
    asked = mine
    return mine
  }

  return {
    current: async (signal) => {
      if (Date.now() >= stale) forget(asked)
      const one = asked ?? ask()
      try {
        return await orAborted(one, signal)
      } catch (error) {
        forget(one)
        throw error
      }
    },
    refuse: (token) => {
      if (token === held) forget(asked)
      return true
    },
  }
}
