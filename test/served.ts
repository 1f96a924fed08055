import * as E from 'fp-ts/lib/Either.js'
import { pino } from 'pino'
import type { Authenticator } from '../src/application/ports/authenticator.ts'
import type { Clock } from '../src/application/ports/clock.ts'
import { memoryStorage } from '../src/composition/memory-storage.ts'
import type { Storage } from '../src/composition/storage.ts'
import { type Config, readConfig } from '../src/config.ts'
import { memoryBell } from '../src/infrastructure/memory/bell.ts'
import { memoryChats } from '../src/infrastructure/memory/chats.ts'
import { memoryInboxes } from '../src/infrastructure/memory/inboxes.ts'
import { memoryKeys } from '../src/infrastructure/memory/keys.ts'
import { memoryMarkers } from '../src/infrastructure/memory/markers.ts'
import { memoryReactions } from '../src/infrastructure/memory/reactions.ts'
import { memorySignals } from '../src/infrastructure/memory/signals.ts'
import { memoryStore } from '../src/infrastructure/memory/store.ts'
import { type Messenger, serve } from '../src/messenger.ts'
import { openStorage } from '../src/storage.ts'
import { right } from './fixtures.ts'
import { confideVariables, hear } from './logged.ts'
import { aDatabase, urlOf } from './postgres.ts'

export const aConfig = (environment: Record<string, string> = {}): Config =>
  right(readConfig({ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', ...environment }))

/** A log that the last test of the run reads, and whoever gives it somewhere to put its lines. */
export const aLogger = (lines?: string[]) =>
  pino(
    { level: 'debug' },
    {
      write: (line: string) => {
        hear(line)
        lines?.push(line)
      },
    },
  )

/** A messenger on a free port, in this process. */
export const served = (
  storage: Storage,
  environment: Record<string, string> = {},
  lines?: string[],
  authenticator?: Authenticator,
  clock?: Clock,
): Promise<Messenger> => {
  confideVariables(environment)
  return serve(storage, aConfig(environment), aLogger(lines), clock, undefined, { authenticator })
}

export { memoryStorage }

/** On a database of its own. */
export const postgresStorage = async (): Promise<Storage> =>
  openStorage(aConfig({ DATABASE_URL: urlOf(await aDatabase()) }), () => {})

/** A storage none of whose parts answers. */
export const brokenStorage = (): Storage => {
  const unavailable = () => async () => E.left({ kind: 'Unavailable' as const, cause: new Error('out of order') })
  const broken = (port: object) => Object.fromEntries(Object.keys(port).map((name) => [name, unavailable]))
  const chats = broken(memoryChats())
  return {
    chats: chats as unknown as Storage['chats'],
    journal: chats as unknown as Storage['journal'],
    markers: broken(memoryMarkers(memoryStore())) as unknown as Storage['markers'],
    inboxes: broken(memoryInboxes(memoryStore())) as unknown as Storage['inboxes'],
    signals: memorySignals(),
    reactions: broken(memoryReactions(memoryStore())) as unknown as Storage['reactions'],
    keys: broken(memoryKeys()) as unknown as Storage['keys'],
    bell: memoryBell(),
    health: { database: async () => false, migrations: async () => false },
    close: async () => {},
  }
}

/** The suite, once for each family of adapters. */
export const overEachStorage = (suite: (storage: () => Promise<Storage>) => void) => {
  describe('over memory', () => suite(async () => memoryStorage()))
  describe('over PostgreSQL', () => suite(postgresStorage))
}
