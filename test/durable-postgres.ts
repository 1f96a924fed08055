import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import {
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../src/infrastructure/embedded-postgres/embedded-postgres.ts'

/** A PostgreSQL of its own that loses nothing, to be killed and started again. */
export interface DurablePostgres {
  /** Where it listens; each start chooses anew. Undefined while it is down. */
  readonly address: () => { readonly host: string; readonly port: number } | undefined
  readonly user: string
  readonly database: string
  readonly dataDir: string
  /** Runs SQL in a session of its own. */
  readonly query: (sql: string) => Promise<readonly Record<string, unknown>[]>
  /** After it was killed, or to restart it in good order. */
  readonly startAgain: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const aDurablePostgres = async (dataDir: string): Promise<DurablePostgres> => {
  const database = 'messenger_test'
  const open = () => startEmbeddedPostgres({ dataDir })
  let running: EmbeddedPostgres | undefined = await open()
  const { user } = running
  await ensureDatabase(running, database)

  const stop = async () => {
    const stopping = running
    running = undefined
    await stopping?.stop()
  }
  return {
    address: () => running && { host: running.host, port: running.port },
    user,
    database,
    dataDir,
    query: async (sql) => {
      while (!running) await sleep(20)
      const client = new Client({ host: running.host, port: running.port, user, database })
      client.on('error', () => {})
      await client.connect()
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows
      } finally {
        await client.end()
      }
    },
    startAgain: async () => {
      await stop()
      running = await open()
    },
    stop,
  }
}
