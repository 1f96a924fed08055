import { chmod, mkdir, mkdtemp, rm, statfs } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import type { Server } from './child.ts'
import {
  type Connection,
  connectionTo,
  createMessenger,
  fillPeer,
  schemaOf,
  SERVER_SETTINGS,
  withClient,
} from './database.ts'
import { ensureDatabase } from '../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { type Limit, pgbenchLimit, pgbenchVersion } from './limit.ts'
import { type Load, startLoad } from './load.ts'
import type { Pace } from './measurement.ts'
import { peerVersions, startFloor, startOurs, startPeer } from './targets.ts'

export interface Sizes {
  readonly chats: number
  /** Messages in each chat to begin with. */
  readonly messages: number
  readonly growth: number
  readonly deepChat: number
  readonly sends: number
}

/** Everything that sections share: started when first asked for, stopped together. */
export interface Stage {
  readonly pace: Pace
  readonly sizes: Sizes
  /** Where all data of the run go; removed with the stage. */
  readonly folder: string
  readonly postgres: EmbeddedPostgres
  readonly load: Load
  readonly ours: () => Promise<Server>
  /** Ours, and ours as it is in another checkout, both started anew. Rejects when none was named. */
  readonly pair: <A>(work: (now: Server, before: Server) => Promise<A>) => Promise<A>
  readonly floor: () => Promise<Server>
  /** Undefined when its packages are not installed. */
  readonly peer: () => Promise<Server | undefined>
  /** Undefined when there is no pgbench. */
  readonly limit: () => Promise<Limit | undefined>
  readonly limitDatabase: () => Promise<Connection>
  /** What is started for one section only is stopped with it. */
  readonly temporarily: <S extends Server, A>(server: Promise<S>, work: (server: S) => Promise<A>) => Promise<A>
  readonly stop: () => Promise<void>
}

const TMPFS = 0x01021994

interface Places {
  /** Where PostgreSQL's data go. */
  readonly data?: string | undefined
  /** Another checkout of the project, installed. */
  readonly against?: string | undefined
}

/** A file system in memory would make every fsync free, and the figures of PostgreSQL a fiction. */
const workingFolder = async (wanted: string | undefined): Promise<string> => {
  const parent = wanted ?? (existsSync('/var/tmp') ? '/var/tmp' : tmpdir())
  await mkdir(parent, { recursive: true })
  if (process.platform === 'linux' && (await statfs(parent)).type === TMPFS)
    throw new Error(`${parent} is held in memory, where fsync costs nothing: name a folder on a disk with --data`)
  const folder = await mkdtemp(join(parent, 'messenger-bench-'))
  // Started by root, PostgreSQL runs as another user, who must be able to reach its data.
  await chmod(folder, 0o755)
  return folder
}

const once = <A>(make: () => Promise<A>): (() => Promise<A>) => {
  let made: Promise<A> | undefined
  return () => (made ??= make())
}

const openPostgres = async (folder: string): Promise<EmbeddedPostgres> => {
  try {
    return await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), settings: SERVER_SETTINGS })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

export const setStage = async (pace: Pace, sizes: Sizes, { data, against }: Places): Promise<Stage> => {
  const folder = await workingFolder(data)
  const postgres = await openPostgres(folder)
  const load = startLoad()
  const servers = new Set<Server>()
  const started = async <S extends Server>(starting: Promise<S>): Promise<S> => {
    const server = await starting
    servers.add(server)
    return server
  }

  const temporarily: Stage['temporarily'] = async (starting, work) => {
    const server = await started(starting)
    try {
      return await work(server)
    } finally {
      servers.delete(server)
      await server.stop()
    }
  }

  const ownDatabase = once(() => createMessenger(postgres, 'ours', sizes))
  const databaseBefore = once(async () =>
    createMessenger(postgres, 'before', sizes, await schemaOf(resolve(against ?? '.'))),
  )
  const limitDatabase = once(() => createMessenger(postgres, 'limit', sizes))
  return {
    pace,
    sizes,
    folder,
    postgres,
    load,
    ours: once(async () => started(startOurs(await ownDatabase()))),
    pair: async (work) => {
      if (against === undefined) throw new Error('name the checkout to compare with: --against <folder>')
      const [own, other] = [await ownDatabase(), await databaseBefore()]
      return temporarily(startOurs(own), (now) =>
        temporarily(startOurs(other, resolve(against)), (before) => work(now, before)),
      )
    },
    floor: once(() => started(startFloor())),
    peer: once(async () => {
      if ('missing' in (await peerVersions())) return undefined
      await ensureDatabase(postgres, 'peer')
      const server = await started(startPeer(connectionTo(postgres, 'peer')))
      await fillPeer(connectionTo(postgres, 'peer'), sizes)
      return server
    }),
    limitDatabase,
    limit: once(async () => {
      if ('missing' in (await pgbenchVersion())) return undefined
      return pgbenchLimit(await limitDatabase(), sizes.chats, folder)
    }),
    temporarily,
    stop: once(async () => {
      await Promise.allSettled([...servers].map((server) => server.stop()))
      await load.stop()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    }),
  }
}

/** PostgreSQL's own word on what matters to the figures. */
export const serverSettings = ({ postgres }: Stage): Promise<readonly string[]> =>
  withClient(connectionTo(postgres, 'postgres'), async (client) => {
    const names =
      'server_version fsync synchronous_commit full_page_writes wal_sync_method shared_buffers max_connections'
    const rows = await client.query<{ name: string; value: string }>(
      `select name, current_setting(name) as value from unnest($1::text[]) name`,
      [names.split(' ')],
    )
    return rows.rows.map(({ name, value }) => `${name} = ${value}`)
  })
