import { Client, type ClientBase, type Pool } from 'pg'
import type { Database } from '../database/database.ts'
import { underMigrationLock } from '../migrations/migration-lock.ts'
import { SEND_FUNCTION } from '../writes/routed/send-function.ts'

type Log = (line: string) => void

const isThere = async (session: ClientBase | Pool): Promise<boolean> => {
  const { rows } = await session.query<{ there: boolean }>('select to_regproc($1) is not null as there', [
    SEND_FUNCTION.name,
  ])
  return rows[0]?.there === true
}

/** Makes, on every machine, the functions that this version calls there. In the transaction of whoever asks for it. */
export const makeFunctions = async (client: ClientBase): Promise<void> => {
  if (!(await isThere(client))) for (const statement of SEND_FUNCTION.making) await client.query(statement)
}

/** The same at the start of a server, which may be the first of its version. */
export const ensureFunctions = async ({ pool, migrating }: Database, log: Log): Promise<void> => {
  if (await isThere(pool)) return
  if (!migrating)
    throw new Error(
      'functions have to be made on the machines of the cluster, which cannot be done through a pooler: set DATABASE_DIRECT_URL to the coordinator itself',
    )
  const client = new Client(migrating)
  client.on('error', () => {})
  await client.connect()
  try {
    await underMigrationLock(client, log, async () => {
      await client.query('begin')
      await makeFunctions(client)
      await client.query('commit')
    })
  } finally {
    await client.end()
  }
}
