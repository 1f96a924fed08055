import type { ReportFailure } from '../src/application/ports/background.ts'
import { openDatabase } from '../src/infrastructure/postgres/database/database.ts'
import { postgresNotifications } from '../src/infrastructure/postgres/notifications.ts'
import { postgresSignals } from '../src/infrastructure/postgres/signals.ts'
import type { aDatabase } from './postgres.ts'
import type { Hold } from './releasing.ts'

/** The signals of a server, once it listens. */
export const signalsOn = async (
  hold: Hold,
  where: Awaited<ReturnType<typeof aDatabase>>,
  onFailure?: ReportFailure,
) => {
  const database = hold(openDatabase(where), ({ close }) => close())
  const notifications = hold(postgresNotifications(database, onFailure), ({ close }) => close())
  const signals = hold(postgresSignals(database, notifications, onFailure), ({ close }) => close())
  await new Promise<void>((resolve) => notifications.onListening(resolve))
  return { signals, database, notifications }
}
