import { expect } from 'chai'
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
    (1, 'db1', 5432, 'primary', true, true), (2, 'db2', 5432, 'primary', true, true)`

const chatWith = (isWanted: (hash: number) => boolean): ChatId => {
  for (let id = 1; ; id++) if (isWanted(hashOf(id))) return aChatId(id)
}
const LOW = chatWith((hash) => hash < 0)
const HIGH = chatWith((hash) => hash >= 0)

const failureOf = (code: string) => Object.assign(new DatabaseError('a failure', 0, 'error'), { code })

describe('Machines over which chats are spread', () => {
  const hold = releasing()
  let lines: string[]
  let parts: Parts
  let coordinator: Pool
  let opened: Map<string, Pool>

  /** Of these, none is reached. */
  let away: Set<string>

  beforeEach(async () => {
    const where = await aDatabase()
    lines = []
    away = new Set()
    opened = new Map()
    parts = partsFrom([
      { id: 101, least: -(2 ** 31) },
      { id: 102, least: 0 },
    ]) as Parts
    coordinator = hold(new Pool(where), (pool) => pool.end())
    await coordinator.query(KNOWN_TO_CITUS)
  })

  const open = (host: string): Pool => {
    const pool = new Pool(coordinator.options)
    const connect = pool.connect.bind(pool) as (...given: unknown[]) => unknown
    pool.connect = ((callback: (error: Error) => void) =>
      away.has(host) ? callback(new Error('nobody is there')) : connect(callback)) as never
    opened.set(host, pool)
    return pool
  }
  const theirs = (lookEvery = 10): Machines =>
    hold(openMachines(coordinator, parts, { open, log: (line) => lines.push(line), lookEvery }), ({ close }) => close())
  const reached = async (lookEvery?: number): Promise<Machines> => {
    const machines = theirs(lookEvery)
    await until(() => machines.poolFor(LOW) !== undefined && machines.poolFor(HIGH) !== undefined)
    return machines
  }

  it('are asked for their own chats, once they were reached', async () => {
    const machines = theirs()
    expect(machines.poolFor(LOW)).to.equal(undefined)
    await until(() => machines.poolFor(LOW) !== undefined && machines.poolFor(HIGH) !== undefined)
    expect(machines.poolFor(LOW)).to.equal(opened.get('db1'))
    expect(machines.poolFor(HIGH)).to.equal(opened.get('db2'))
    expect(lines).to.have.members([
      'chats at db1:5432 are written and read there',
      'chats at db2:5432 are written and read there',
    ])
  })

  it('are not asked while they are not reached, which is said once', async () => {
    away.add('db1')
    const machines = theirs()
    await until(() => machines.poolFor(HIGH) !== undefined && lines.length === 2)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(machines.poolFor(LOW)).to.equal(undefined)
    expect(lines.filter((line) => line.startsWith('chats at db1'))).to.deep.equal([
      'chats at db1:5432 are reached through the coordinator alone: Error: nobody is there',
    ])
    away.clear()
    await until(() => machines.poolFor(LOW) !== undefined)
  })

  it('are not asked after what may be their end, until they are reached again', async () => {
    for (const error of [new Error('read ECONNRESET'), failureOf('57P01'), failureOf('42P01')]) {
      const machines = await reached()
      away.add('db1')
      machines.failed(machines.poolFor(LOW), error)
      expect(machines.poolFor(LOW), String(error)).to.equal(undefined)
      expect(machines.poolFor(HIGH)).not.to.equal(undefined)
      away.clear()
      await until(() => machines.poolFor(LOW) !== undefined)
    }
  })

  it('are asked on after what they refused alone', async () => {
    const machines = await reached()
    for (const code of ['55P03', '40001', '23505', '57014']) {
      machines.failed(machines.poolFor(LOW), failureOf(code))
      expect(machines.poolFor(LOW), code).to.equal(opened.get('db1'))
    }
  })

  it('are those where chats have gone to, and are let go when none is left there', async () => {
    const machines = await reached()
    await coordinator.query('update pg_dist_placement set groupid = 2')
    await until(() => machines.poolFor(LOW) === opened.get('db2'))
    await until(() => opened.get('db1')?.ended === true)
    expect(machines.poolFor(HIGH)).to.equal(opened.get('db2'))
  })

  it('are not let go while somebody waits for them', async () => {
    const machines = await reached()
    const left = opened.get('db1') as Pool
    left.options.max = 1
    const held = await left.connect()
    const waiting = left.query('select')
    await coordinator.query('update pg_dist_placement set groupid = 2')
    await until(() => machines.poolFor(LOW) === opened.get('db2'))
    held.release()
    await waiting
    await until(() => left.ended)
  })

  it('are looked for at once after a conflict, whoever was asked', async () => {
    const machines = await reached(3_600_000)
    await coordinator.query('update pg_dist_placement set groupid = 2')
    machines.failed(undefined, failureOf('23505'))
    machines.failed(undefined, failureOf('40001'))
    await until(() => machines.poolFor(LOW) === opened.get('db2'))
  })

  it('are found by the shards that there are now', async () => {
    const machines = await reached()
    await coordinator.query(`
      insert into pg_dist_shard values (104, 'chats', '${hashOf(HIGH)}');
      insert into pg_dist_placement values (104, 1)`)
    await until(() => machines.poolFor(HIGH) === opened.get('db1'))
    expect(parts.shardOf(HIGH)).to.equal(104)
    expect(parts.of(HIGH)).to.equal(1)
  })

  for (const [what, change] of [
    ['the coordinator itself', 'update pg_dist_placement set groupid = 0 where groupid = 1'],
    ['one that does not know where things are', 'update pg_dist_node set metadatasynced = false where groupid = 1'],
    ['one that was disabled', 'update pg_dist_node set isactive = false where groupid = 1'],
    ['a standby', `update pg_dist_node set noderole = 'secondary' where groupid = 1`],
  ] as const)
    it(`are never ${what}`, async () => {
      await coordinator.query(change)
      const machines = theirs()
      await until(() => machines.poolFor(HIGH) !== undefined)
      expect(machines.poolFor(LOW)).to.equal(undefined)
      expect([...opened.keys()]).to.deep.equal(['db2'])
    })

  it('are not looked for where the coordinator alone may be asked, but shards are learned', async () => {
    await coordinator.query(`insert into pg_dist_shard values (104, 'chats', '${hashOf(HIGH)}');
      insert into pg_dist_placement values (104, 1)`)
    const machines = hold(
      openMachines(coordinator, parts, { open: undefined, log: () => {}, lookEvery: 10 }),
      ({ close }) => close(),
    )
    await until(() => parts.shardOf(HIGH) === 104)
    expect(machines.poolFor(HIGH)).to.equal(undefined)
  })

  it('are asked as before while the coordinator is away', async () => {
    const machines = await reached()
    await coordinator.query('alter table pg_dist_node rename to pg_dist_gone')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(machines.poolFor(LOW)).to.equal(opened.get('db1'))
  })
})
