import { randomUUID } from 'node:crypto'
import { type ReportFailure, unreported } from '../../application/ports/background.ts'
import type { Signal, Signals } from '../../application/ports/signals.ts'
import type { Database } from './database/database.ts'
import { type Notifications, notify } from './notifications.ts'
import { heardIn, payloadsOf } from './signal-payloads.ts'

const CHANNEL = 'messenger_signals'

/** Milliseconds in which the signals of this server are put together. */
const COALESCE_MS = 20

/** Signals that wait at the most; beyond that they are heard in this process alone. */
const MOST_WAITING = 10_000

export interface PostgresSignals extends Signals {
  /** Signals that wait are lost, as signals may be. */
  readonly close: () => void
}

const keyOf = ({ kind, chatId, userId }: Signal) => `${kind} ${chatId} ${userId}`

/**
 * Tells signals within this process at once, and to the other servers on this database by NOTIFY: of those of one kind, chat and
 * user within 20 ms the newest, many in one statement, and one statement at a time, so that they never take more than one
 * connection of the pool. Where no session lasts, as behind a pooler in transaction mode, none come from other servers.
 *
 * - idle: nothing waits. A signal is told here, waits, and starts the 20 ms.
 * - waiting: signals wait for the end of the 20 ms, and are sent then.
 * - sending: a statement is under way; what comes meanwhile waits. At its end, however it ended, there are 20 ms more for what
 *   waits, or nothing waits.
 * - closed: signals are told here, and to nobody else.
 */
export const postgresSignals = (
  { pool }: Pick<Database, 'pool'>,
  notifications: Notifications,
  onFailure: ReportFailure = unreported,
): PostgresSignals => {
  const sender = randomUUID()
  const listeners = new Set<(signal: Signal) => void>()
  const waiting = new Map<string, Signal>()
  let state: 'idle' | 'waiting' | 'sending' | 'closed' = 'idle'
  let timer: NodeJS.Timeout | undefined

  const tell = (signal: Signal) => {
    for (const hear of listeners) {
      try {
        hear(signal)
      } catch {
        // A defect of the listener, of which whoever sends is not to know.
      }
    }
  }

  const wait = () => {
    state = 'waiting'
    timer = setTimeout(() => void flush(), COALESCE_MS)
  }

  const flush = async () => {
    state = 'sending'
    const payloads = payloadsOf(sender, [...waiting.values()])
    waiting.clear()
    // Lost when it fails, and not sent again: what was so a while ago is of no use.
    await notify(pool, CHANNEL, payloads).catch((error: unknown) => onFailure('signal', error))
    if (isClosed()) return
    if (waiting.size > 0) wait()
    else state = 'idle'
  }
  // A function, as the compiler takes it that nobody changes the state meanwhile.
  const isClosed = () => state === 'closed'

  notifications.onNotification(CHANNEL, (payload) => {
    for (const signal of heardIn(sender, payload)) tell(signal)
  })

  return {
    send: (signal) => {
      tell(signal)
      const key = keyOf(signal)
      if (waiting.size < MOST_WAITING || waiting.has(key)) waiting.set(key, signal)
      if (state === 'idle') wait()
    },
    listen: (hear) => {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
    close: () => {
      clearTimeout(timer)
      state = 'closed'
    },
  }
}
