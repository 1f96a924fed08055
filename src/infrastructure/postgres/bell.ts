import * as E from 'fp-ts/lib/Either.js'
import { type ReportFailure, unreported } from '../../application/ports/background.ts'
import type { Bell } from '../../application/ports/bell.ts'
import { ChatId } from '../../domain/identity.ts'
import type { Database } from './database/database.ts'
import { MAX_PAYLOAD, type Notifications, notify } from './notifications.ts'

const CHANNEL = 'messenger_changes'

/** Milliseconds in which the rings of this server become one notification. */
const COALESCE_MS = 10

/** If the ids do not fit into a payload, it is empty: any chat may have rung. */
const ANY_CHAT = ''

export interface PostgresBell extends Bell {
  /** Rings that wait are lost, as rings may be. */
  readonly close: () => void
}

/**
 * Rings within this process at once, and in the other servers on this database through LISTEN and NOTIFY: never in the
 * transaction of the change, at most one notification per 10 ms.
 */
export const postgresBell = (
  { pool }: Pick<Database, 'pool'>,
  notifications: Notifications,
  onFailure: ReportFailure = unreported,
): PostgresBell => {
  const listeners = new Set<(id?: ChatId) => void>()
  const rung = new Set<ChatId>()
  let isClosed = false
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
    notify(pool, CHANNEL, [payload]).catch((error: unknown) => onFailure('notify', error))
  }

  const hear = (payload: string) => {
    if (payload === ANY_CHAT) return wake()
    for (const text of payload.split(',')) {
      const id = ChatId.parse(Number(text))
      if (E.isRight(id)) wake(id.right)
    }
  }
  notifications.onNotification(CHANNEL, hear)
  // Whatever happened while nobody listened.
  notifications.onListening(() => wake())

  return {
    ring: (id) => {
      wake(id)
      if (isClosed) return
      rung.add(id)
      poke ??= setTimeout(flush, COALESCE_MS)
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => {
      clearTimeout(poke)
      isClosed = true
    },
  }
}
