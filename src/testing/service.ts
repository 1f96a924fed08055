import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import type { Logger } from 'pino'
import type { Clock } from '../application/ports/clock.ts'
import { memoryStorage } from '../composition/memory-storage.ts'
import { compose, names } from '../container.ts'
import { backgroundFailures } from '../interfaces/http/server/background-failures.ts'
import { loadContract } from '../interfaces/http/endpoint/contract.ts'
import { cryptoSecrets } from '../infrastructure/crypto/secrets.ts'
import type { Issuer } from './issuer.ts'
import type { Ground } from './seeding.ts'
import { memoryAuthenticator, type WatchedKeys, watchedKeys } from './memory-authenticator.ts'

/** The whole service on the memory adapters. */
interface Service {
  readonly app: RequestListener
  readonly ground: Ground
  readonly keys: WatchedKeys
  /** Ends the streams and the timers. */
  readonly close: () => void
}

/** Read once, when this module is loaded: that takes longer than everything else together. */
const contract = loadContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))

const STREAM_LIMITS = { streams: 10_000, stall: 30_000, heartbeat: 15_000 }

/** Says nothing but what a defect of the service comes from. */
const logger = {
  debug: () => undefined,
  info: () => undefined,
  error: ({ err, status = 500 }: { readonly err?: unknown; readonly status?: number }) => {
    if (status === 500) console.error(err)
  },
} as unknown as Logger

/** Without an issuer, everybody is let in as a service. */
export const openService = (clock: Clock, issuer: Issuer | undefined): Service => {
  const memory = memoryStorage()
  const keys = watchedKeys(memory.keys)
  const storage = { ...memory, keys }
  const isDraining = () => false
  const failures = backgroundFailures(logger)
  const authenticator = issuer && memoryAuthenticator(keys, cryptoSecrets, clock, issuer)
  const streamLimits = STREAM_LIMITS
  const container = compose(storage, { clock, contract, logger, isDraining, streamLimits, failures, authenticator })

  return {
    app: container.get(names.app),
    ground: {
      chats: container.get(names.chats),
      markers: container.get(names.markers),
      signals: container.get(names.signals),
    },
    keys,
    close: () => {
      container.get(names.streams).end()
      container.get(names.followedChats).close()
      container.get(names.followedInboxes).close()
      container.get(names.followedSignals).close()
    },
  }
}
