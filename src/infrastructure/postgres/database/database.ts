import type { MikroORM } from '@mikro-orm/postgresql'
import { type ClientConfig, Pool } from 'pg'
import { type Connection, elsewhere, settingsAskedFor } from '../sessions/location.ts'
import { ServingClient } from '../sessions/serving-client.ts'
import { pooledClient } from '../sessions/pooled-client.ts'
import { migratingSession, pooledSession, servingSession } from '../sessions/sessions.ts'
import { servingSettings } from '../sessions/settings.ts'
import { dropIdleAfterSilence } from '../sessions/silence.ts'
import { countConnections } from './load.ts'
import { openMachines } from './machines.ts'
import type { StatementTraces } from './statement-traces.ts'
import { type Parts, partsFrom, type ShardOfChats } from './parts.ts'
import { markSpread } from './spread.ts'
import { tracedClient, TracedPool } from './traced.ts'

export interface DatabaseSettings {
  /** Connections at the most. */
  readonly size: number
  /** Milliseconds to wait for a free connection before the caller is told to come back. */
  readonly acquireTimeout: number
  /** Whether what answers there is a pooler that gives each transaction to any session of the server. */
  readonly pooler: 'none' | 'transaction'
  /** PostgreSQL itself, for what a session has to last for: listening and migrating. */
  readonly direct?: Connection | undefined
  /** Where tables are spread over machines, the shards of the chats, ascending; none where they are not. */
  readonly shards?: readonly ShardOfChats[]
}

const ignore = () => {}

const DEFAULTS: DatabaseSettings = { size: 10, acquireTimeout: 2000, pooler: 'none' }

export interface Database {
  /** What reads and changes go through. */
  readonly pool: Pool
  /** Over which chats are spread; undefined where they are all in one place. */
  readonly parts: Parts | undefined
  /** How the connections of the pool are made. */
  readonly pooled: ClientConfig
  /** How one beside the pool is made, to listen or to migrate on. Undefined: there is no way past the pooler. */
  readonly session: ClientConfig | undefined
  readonly migrating: ClientConfig | undefined
  /**
   * For migrations. Loaded and connected when first asked for: it is a sixth of the memory and half of the start of a
   * server that has nothing to migrate.
   */
  readonly orm: () => Promise<MikroORM>
  readonly close: () => Promise<void>
}

type PoolSettings = ConstructorParameters<typeof Pool>[0] & {
  readonly Client: new (config?: ClientConfig) => ServingClient
}

const poolOf = (settings: PoolSettings, traces: StatementTraces | undefined): Pool =>
  traces ? new TracedPool({ ...settings, Client: tracedClient(settings.Client, traces) }, traces) : new Pool(settings)

/**
 * Statements are told to `traces`, where somebody traces them; else nothing of it is in their way. Where tables are spread, `log` is
 * told which machines are reached.
 */
export const openDatabase = (
  connection: Connection,
  settings: Partial<DatabaseSettings> = {},
  traces?: StatementTraces,
  log: (line: string) => void = ignore,
): Database => {
  const { size, acquireTimeout, pooler, direct: other, shards } = { ...DEFAULTS, ...settings }
  const parts = partsFrom(shards)
  const isPooled = pooler === 'transaction'
  const direct = other ?? (isPooled ? undefined : connection)
  const pooled = isPooled
    ? pooledSession(connection, acquireTimeout)
    : servingSession(connection, acquireTimeout, parts !== undefined)
  const Serving = isPooled
    ? pooledClient(servingSettings(settingsAskedFor(connection), parts !== undefined))
    : ServingClient
  const open = (session: ClientConfig): Pool => {
    const opened = poolOf({ ...session, Client: Serving, max: size, idleTimeoutMillis: 30_000 }, traces)
    // A connection that ends takes its statement with it, whose caller is told; nobody else has to know.
    opened.on('error', ignore).on('connect', (client) => client.on('error', ignore))
    dropIdleAfterSilence(opened)
    return opened
  }
  const pool = open(pooled)
  countConnections(pool)
  const openAt = (host: string, port: number): Pool => {
    const opened = open(servingSession(elsewhere(connection, host, port), acquireTimeout, true))
    countConnections(opened, pool)
    // Who remembers what it was told forgets it when a connection goes, wherever that led.
    return opened.on('remove', (client) => void pool.emit('remove', client))
  }
  const machines = parts && openMachines(pool, parts, { open: isPooled ? undefined : openAt, log })
  if (machines) markSpread(pool, parts, machines)

  let orm: Promise<MikroORM> | undefined
  const openOrm = async () => {
    const [{ MikroORM }, { ormOptions }] = await Promise.all([
      import('@mikro-orm/postgresql'),
      import('../migrations/orm.ts'),
    ])
    return new MikroORM(await ormOptions(direct ?? connection))
  }

  return {
    pool,
    parts,
    pooled,
    session: direct === connection ? pooled : direct && servingSession(direct, acquireTimeout),
    migrating: direct && migratingSession(direct),
    orm: () => (orm ??= openOrm()),
    close: async () => {
      await machines?.close()
      await pool.end()
      await (await orm)?.close(true)
    },
  }
}
