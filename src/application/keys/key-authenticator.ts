import * as E from 'fp-ts/lib/Either.js'
import { SCOPES, type Service } from '../../domain/caller.ts'
import { type ApiKey, grantOf, isExpired, KeySecret } from '../../domain/keys/api-key.ts'
import type { Authentication, Authenticator, Credential, Unauthenticated } from '../ports/authenticator.ts'
import { type ReportFailure, unreported } from '../ports/background.ts'
import type { Clock } from '../ports/clock.ts'
import type { Keys } from '../ports/keys.ts'
import type { Secrets } from '../ports/secrets.ts'
import { keyUses } from './key-uses.ts'
import { type Answer, type Bounds, type KnownKey, knownKeys } from './known-keys.ts'

/** Calls `look` now and then, never twice at once. Returns how to stop. */
export type Poll = (look: () => Promise<void>) => () => void

export interface KeyAuthenticatorSettings extends Partial<Bounds> {
  /** Whoever shows one of them may do everything, whatever the store says. */
  readonly rootKeys?: readonly string[]
  /** Is asked about tokens of other kinds. */
  readonly otherwise?: Authenticator
  readonly onFailure?: ReportFailure
  readonly poll?: Poll
  /** Milliseconds that never go back. */
  readonly now?: () => number
}

export interface KeyAuthenticator extends Authenticator {
  /** Asks the store for nothing more, and writes down what was used. */
  readonly close: () => Promise<void>
}

/**
 * A key that was revoked is refused on every server within `trust`. Two questions, each answered or given up within 2.3 s,
 * fit into it: so keys stay good when one is lost, and when the store is away for longer are answered with `Unavailable`. But
 * whoever reads figures alone is to see that the store is away.
 */
const BOUNDS: Bounds = {
  trust: 5000,
  figures: 3_600_000,
  doubt: 1000,
  idle: 600_000,
  known: 10_000,
  unknown: 10_000,
  waiting: 10_000,
}

/** Milliseconds from one look to the next; one that takes longer is followed at once. */
const POLL_MS = 2000

const everyTwoSeconds: Poll = (look) => {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  const wait = (milliseconds: number) => {
    if (!isStopped) timer = setTimeout(() => void run(), Math.max(0, milliseconds)).unref()
  }
  const run = async () => {
    const since = performance.now()
    await look()
    wait(since + POLL_MS - performance.now())
  }
  wait(POLL_MS)
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

const elapsed = () => performance.now()

const ROOT: Service = { kind: 'service', grant: { scopes: SCOPES } }
const ROOT_CREDENTIAL: Credential = { caller: ROOT, holds: () => true }

const refused = (detail: string) => E.left<Unauthenticated>({ kind: 'Unauthenticated', detail })

const MALFORMED = refused('The key is malformed')
const NO_KEY = refused('There is no such key, or it was revoked')
const EXPIRED = E.left<Unauthenticated>({ kind: 'Unauthenticated', detail: 'The key expired', hasExpired: true })
const NO_KIND = refused('The token is no key')

/** Lets services in by their keys, and whoever has a root key. */
export const keyAuthenticator = (
  keys: Keys,
  secrets: Secrets,
  clock: Clock,
  settings: KeyAuthenticatorSettings = {},
): KeyAuthenticator => {
  const {
    rootKeys = [],
    otherwise,
    onFailure = unreported,
    poll = everyTwoSeconds,
    now = elapsed,
    ...bounds
  } = settings
  const known = knownKeys(keys, { ...BOUNDS, ...bounds }, now)
  const uses = keyUses(keys, clock, onFailure)
  const roots = rootKeys.map((key) => ({ length: key.length, digest: secrets.digestOf(key) }))
  const credentials = new WeakMap<ApiKey, Credential>()

  // Their lengths are no secret, and tokens of other kinds are longer.
  const isRoot = (token: string) =>
    roots.some(({ length, digest }) => token.length === length && secrets.isSame(secrets.digestOf(token), digest))

  const credentialOf = (known: KnownKey, key: ApiKey): Credential => {
    const found = credentials.get(key)
    if (found) return found
    const holds = () => known.key() !== undefined && known.isTrusted() && !isExpired(key, clock.now())
    const made: Credential = { caller: { kind: 'service', grant: grantOf(key) }, holds }
    credentials.set(key, made)
    return made
  }

  const judge = (answer: Answer): Authentication => {
    if (E.isLeft(answer)) return answer
    const key = answer.right?.key()
    if (!answer.right || !key) return NO_KEY
    if (isExpired(key, clock.now())) return EXPIRED
    uses.note(key.id)
    return E.right(credentialOf(answer.right, key))
  }

  const look = async () => {
    const asked = await known.look()
    if (E.isLeft(asked)) onFailure('keys', asked.left.cause)
    await uses.write()
  }
  const stop = poll(look)

  return {
    authenticate: (token) => {
      if (isRoot(token)) return E.right(ROOT_CREDENTIAL)
      if (!KeySecret.isMeant(token)) return otherwise ? otherwise.authenticate(token) : NO_KIND
      if (!KeySecret.isWellFormed(token)) return MALFORMED
      const answer = known.find(secrets.digestOf(token))
      return answer instanceof Promise ? answer.then(judge) : judge(answer)
    },
    close: async () => {
      stop()
      await uses.write()
    },
  }
}
