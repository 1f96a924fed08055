import { openDatabase } from '../src/infrastructure/postgres/database/database.ts'
import type { Connection } from '../src/infrastructure/postgres/sessions/location.ts'

/** An empty database becomes what the first of all versions left. */
export const asOfTheFirstVersion = async (connection: Connection): Promise<void> => {
  const { orm, close } = openDatabase(connection)
  try {
    await (await orm()).migrator.up({ migrations: ['Migration20261124110000_chats'] })
  } finally {
    await close()
  }
}
