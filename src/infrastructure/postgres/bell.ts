import { setTimeout as delay } from 'node:timers/promises'
import type { ClientConfig } from 'pg'
import { type ReportFailure, unreported } from '../../application/ports/background.ts'
import type { Bell } from '../../application/ports/bell.ts'
import { ChatId } from '../../domain/identity.ts'
import * as E from 'fp-ts/lib/Either.js'
import type { Database } from './database/database.ts'
import { scalar } from './database/parameters.ts'
import { statement } from './database/statement.ts'
import { ServingClient } from './sessions/serving-client.ts'

const CHANNEL = 'messenger_changes'

const notify = statement(
  'notify',
  { channel: scalar<string>('text'), payload: scalar<string>('text') },
  ({ channel, payload }) => `select pg_notify(${channel}, ${payload})`,
)

/** Milliseconds in which the rings of this server become one notification. */
const COALESCE_MS = 10

/** PostgreSQL takes payloads of fewer than 8000 bytes. If the ids do not fit, the payload is empty: any chat may have rung. */
const MAX_PAYLOAD = 7900
const ANY_CHAT = ''

/** Milliseconds between two questions whether the server still hears us: nothing else goes on that connection. */
const HEARTBEAT_MS = 5000

const RECONNECT_MS = { LEAST: 100, MOST: 2000 }

/** Milliseconds to wait for the end of a connection whose server may be gone, or frozen. */
const GOODBYE_MS = 1000

export interface PostgresBell extends Bell {
  /** Stops listening. Rings that wait are lost, as rings may be. */
  readonly close: () => Promise<void>
}

/**
 * Rings within this process at once, and in the other servers on this database through LISTEN and NOTIFY: never in the
 * transaction of the change, at most one notification per 10 ms, received on a connection of its own that comes back. Where no
 * session lasts, nothing is received.
 */
export const postgresBell = (
  { pool, session }: Pick<Database, 'pool' | 'session'>,
  onFailure: ReportFailure = unreported,
  heartbeat = HEARTBEAT_MS,
): PostgresBell => {
  const listeners = new Set<(id?: ChatId) => void>()
  const rung = new Set<ChatId>()
  const closed = new AbortController()
  let poke: NodeJS.Timeout | undefined

  const wake = (id?: ChatId) => {
    for (const listener of listeners) {
      try {
        listener(id)
      } catch {
        // A defect of the listener. The change was kept, and its sender must hear so.
      }
    }
  }

  const flush = () => {
    poke = undefined
    const ids = [...rung].join(',')
    rung.clear()
    const payload = ids.length > MAX_PAYLOAD ? ANY_CHAT : ids
    // Lost when it fails: then the other servers find the change when they next look by themselves.
    notify(pool, { channel: CHANNEL, payload }).catch((error: unknown) => onFailure('notify', error))
  }

  const hear = (payload: string | undefined) => {
    if (!payload) return wake()
    for (const text of payload.split(',')) {
      const id = ChatId.parse(Number(text))
      if (E.isRight(id)) wake(id.right)
    }
  }

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
      client.on('notification', ({ payload }) => hear(payload))
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
      // Whatever happened while nobody listened.
      wake()
      while (await isStillDue()) await client.query(`listen ${CHANNEL}`)
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
    ring: (id) => {
      wake(id)
      if (closed.signal.aborted) return
      rung.add(id)
      poke ??= setTimeout(flush, COALESCE_MS)
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: async () => {
      clearTimeout(poke)
      closed.abort()
      await listening
    },
  }
}
