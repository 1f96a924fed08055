import type { Pool, PoolClient } from 'pg'

/** Any connection of the pool, or the one in which a transaction is under way. */
export type Connection = Pool | PoolClient

const INT8 = 20
const TIMESTAMPTZ = 1184
/** `2026-11-24 11:05:00.123+00`, as a session in UTC prints it; read as ISO 8601, which takes the engine far less. */
const date = (text: string) => new Date(text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text)
const same = (text: string) => text

/** Parsers for the few types there are, in place of the driver's, which take longer and give bigints as text. */
const types = {
  getTypeParser: (oid: number) => (oid === INT8 ? Number : oid === TIMESTAMPTZ ? date : same),
}

/** An array that needs no quotes: of numbers or times. The driver would quote them, at ten times the cost. */
export const plain = (values: readonly (number | string | null)[]): string => `{${values.join(',')}}`

/** A statement that a connection parses and plans once, under its name. Each row comes as the list of its columns. */
export const prepared =
  <Row extends unknown[]>(name: string, text: string) =>
  async (db: Connection, values: readonly unknown[]): Promise<Row[]> =>
    (await db.query<Row>({ name, text, values, rowMode: 'array', types } as never)).rows
