import { DatabaseError, Pool } from 'pg'
import { type Machines, openMachines } from '../../../src/infrastructure/postgres/database/machines.ts'
import { hashOf, type Parts, partsFrom } from '../../../src/infrastructure/postgres/database/parts.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { aChatId } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { until } from '../../until.ts'

/** What Citus knows of where things are, as far as we ask: shards 101 and 102, on machines of the groups 1 and 2. */
const KNOWN_TO_CITUS = `
  create table pg_dist_shard (shardid bigint, logicalrelid regclass, shardminvalue text);
  create table pg_dist_placement (shardid bigint, groupid int);
  create table pg_dist_node (groupid int, nodename text, nodeport int, noderole text, isactive bool, metadatasynced bool);
  insert into pg_dist_shard values (101, 'chats', '${-(2 ** 31)}'), (102, 'chats', '0'), (103, 'messages', '0');
  insert into pg_dist_placement values (101, 1), (102, 2), (103, 2);
  insert into pg_dist_node values (0, 'db0', 5432, 'primary', true, true),
    (1, 'db1', 5432, 'primary', true, true), (2, 'db2', 5432, 'primary', true, true);
  create schema db1;
  create table db1.pg_dist_local_group as select 1 as groupid;
  create schema db2;
  create table db2.pg_dist_local_group as select 2 as groupid`

const chatWith = (isWanted: (hash: number) => boolean): ChatId => {
  for (let id = 1; ; id++) if (isWanted(hashOf(id))) return aChatId(id)
}
/** A chat of the shard 101, and one of 102. */
export const LOW = chatWith((hash) => hash < 0)
export const HIGH = chatWith((hash) => hash >= 0)

export const failureOf = (code: string) => Object.assign(new DatabaseError('a failure', 0, 'error'), { code })

/** One database in the place of a coordinator, `db1` and `db2`, anew for each test. */
export const aKnownCluster = () => {
  const hold = releasing()
  const cluster = {
    lines: [] as string[],
    /** Of these, none is reached. */
    away: new Set<string>(),
    opened: new Map<string, Pool>(),
    parts: undefined as unknown as Parts,
    coordinator: undefined as unknown as Pool,
    theirs: (lookEvery = 10, isDirect = true): Machines =>
      hold(
        openMachines(cluster.coordinator, cluster.parts, {
          open: isDirect ? open : undefined,
          log: (line) => cluster.lines.push(line),
          lookEvery,
        }),
        ({ close }) => close(),
      ),
    reached: async (lookEvery?: number): Promise<Machines> => {
      const machines = cluster.theirs(lookEvery)
      await until(() => machines.poolFor(LOW) !== undefined && machines.poolFor(HIGH) !== undefined)
      return machines
    },
  }
  const open = (host: string): Pool => {
    const pool = new Pool({ ...cluster.coordinator.options, options: `-c search_path=${host},public` })
    const connect = pool.connect.bind(pool) as (...given: unknown[]) => unknown
    pool.connect = ((callback: (error: Error) => void) =>
      cluster.away.has(host) ? callback(new Error('nobody is there')) : connect(callback)) as never
    cluster.opened.set(host, pool)
    return pool
  }
  beforeEach(async () => {
    const where = await aDatabase()
    cluster.lines.length = 0
    cluster.away.clear()
    cluster.opened.clear()
    cluster.parts = partsFrom([
      { id: 101, least: -(2 ** 31) },
      { id: 102, least: 0 },
    ]) as Parts
    cluster.coordinator = hold(new Pool(where), (pool) => pool.end())
    await cluster.coordinator.query(KNOWN_TO_CITUS)
  })
  return cluster
}
