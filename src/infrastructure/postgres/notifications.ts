import { setTimeout as delay } from 'node:timers/promises'
import type { ClientConfig, Pool } from 'pg'
import { type ReportFailure, unreported } from '../../application/ports/background.ts'
import type { Database } from './database/database.ts'
import { list, scalar } from './database/parameters.ts'
import { statement } from './database/statement.ts'
import { ServingClient } from './sessions/serving-client.ts'

const CHANNELS = ['messenger_changes', 'messenger_signals'] as const
export type Channel = (typeof CHANNELS)[number]

/** PostgreSQL takes payloads of fewer than 8000 bytes. */
export const MAX_PAYLOAD = 7900

const LISTEN = CHANNELS.map((channel) => `listen ${channel}`).join('; ')

const notifyAll = statement(
  'notify',
  { channel: scalar<Channel>('text'), payloads: list<string>('text') },
  ({ channel, payloads }) => `select pg_notify(${channel}, payload) from unnest(${payloads}) payload`,
)

/** Sends payloads of at most `MAX_PAYLOAD` bytes, together. Rejects when they are lost. */
export const notify = async (pool: Pool, channel: Channel, payloads: readonly string[]): Promise<void> => {
  await notifyAll(pool, { channel, payloads })
}

/** Milliseconds between two questions whether the server still hears us: nothing else goes on that connection. */
const HEARTBEAT_MS = 5000

const RECONNECT_MS = { LEAST: 100, MOST: 2000 }

/** Milliseconds to wait for the end of a connection whose server may be gone, or frozen. */
const GOODBYE_MS = 1000

/** What comes by LISTEN, on one connection for all channels. It may be lost while that connection is. */
export interface Notifications {
  /** Calls `hear` with each payload of the channel, of this server's own, too; once a channel. It must not throw. */
  readonly onNotification: (channel: Channel, hear: (payload: string) => void) => void
  /** Calls `wake` whenever listening begins, also again: what came before that may have been lost. It must not throw. */
  readonly onListening: (wake: () => void) => void
  readonly close: () => Promise<void>
}

/**
 * Listens on a connection of its own that comes back, however it ended. Where no session lasts, as behind a pooler in
 * transaction mode, nothing is received.
 */
export const postgresNotifications = (
  { session }: Pick<Database, 'session'>,
  onFailure: ReportFailure = unreported,
  heartbeat = HEARTBEAT_MS,
): Notifications => {
  const hearing = new Map<string, (payload: string) => void>()
  const waking: (() => void)[] = []
  const closed = new AbortController()

  /** Listens until the connection ends, however it ends, or the server does not answer to a heartbeat. */
  const listenOnce = async (session: ClientConfig) => {
    const client = new ServingClient(session)
    const over = new AbortController()
    let failure: Error | undefined
    const end = () => over.abort()
    const fail = (error: Error) => {
      failure ??= error
      end()
    }
    const isStillDue = () => delay(heartbeat, true, { signal: over.signal }).catch(() => false)
    // Every error, not the first alone: one that nobody listens to would end the process.
    client.on('end', end).on('error', fail)
    closed.signal.addEventListener('abort', end)
    try {
      client.on('notification', ({ channel, payload = '' }) => hearing.get(channel)?.(payload))
      await client.connect()
      await client.query(LISTEN)
      for (const wake of waking) wake()
      while (await isStillDue()) await client.query(LISTEN)
      if (failure) throw failure
    } finally {
      closed.signal.removeEventListener('abort', end)
      await Promise.race([client.end().catch(() => {}), delay(GOODBYE_MS, undefined, { ref: false })])
    }
  }

  const keepListening = async (session: ClientConfig) => {
    for (let pause = RECONNECT_MS.LEAST; !closed.signal.aborted; pause = Math.min(2 * pause, RECONNECT_MS.MOST)) {
      const since = performance.now()
      await listenOnce(session).catch((error: unknown) => {
        if (!closed.signal.aborted) onFailure('listen', error)
      })
      if (performance.now() - since > RECONNECT_MS.MOST) pause = RECONNECT_MS.LEAST
      await delay(pause * (0.5 + Math.random()), undefined, { signal: closed.signal }).catch(() => {})
    }
  }
  const listening = session ? keepListening(session) : Promise.resolve()

  return {
    onNotification: (channel, hear) => void hearing.set(channel, hear),
    onListening: (wake) => void waking.push(wake),
    close: async () => {
      closed.abort()
      await listening
    },
  }
}
