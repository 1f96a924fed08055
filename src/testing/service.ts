import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import type { Logger } from 'pino'
import type { Chats } from '../application/ports/chats.ts'
import type { Clock } from '../application/ports/clock.ts'
import { memoryStorage } from '../composition/memory-storage.ts'
import { compose, names } from '../container.ts'
import { backgroundFailures } from '../interfaces/http/server/background-failures.ts'
import { loadContract } from '../interfaces/http/endpoint/contract.ts'

/** The whole service on the memory adapters. */
interface Service {
  readonly app: RequestListener
  readonly chats: Chats
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

export const openService = (clock: Clock): Service => {
  const storage = memoryStorage()
  const isDraining = () => false
  const failures = backgroundFailures(logger)
  const container = compose(storage, { clock, contract, logger, isDraining, streamLimits: STREAM_LIMITS, failures })

  return {
    app: container.get(names.app),
    chats: storage.chats,
    close: () => {
      container.get(names.streams).end()
      container.get(names.followedChats).close()
    },
  }
}
