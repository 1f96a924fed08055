import type { ReportFailure } from '../src/application/ports/background.ts'
import { postgresBell } from '../src/infrastructure/postgres/bell.ts'
import type { Database } from '../src/infrastructure/postgres/database/database.ts'
import { postgresNotifications } from '../src/infrastructure/postgres/notifications.ts'

type Listening = Pick<Database, 'pool' | 'session'>

/** The bell of a server that listens for nothing else. Its connection ends with it. */
export const bellOn = (database: Listening, onFailure?: ReportFailure, heartbeat?: number) => {
  const notifications = postgresNotifications(database, onFailure, heartbeat)
  const bell = postgresBell(database, notifications, onFailure)
  return {
    ...bell,
    close: () => {
      bell.close()
      return notifications.close()
    },
  }
}

export type OwnBell = ReturnType<typeof bellOn>
