import { expect } from 'chai'
import type { Pool } from 'pg'
import { until } from '../../until.ts'
import { aKnownCluster, failureOf, HIGH, LOW } from './known-to-citus.ts'

describe('Machines over which chats are spread, when something fails', () => {
  const cluster = aKnownCluster()

  it('are not asked while they are not reached, which is said once', async () => {
    cluster.away.add('db1')
    const machines = cluster.theirs()
    await until(() => machines.poolFor(HIGH) !== undefined && cluster.lines.length === 2)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(machines.poolFor(LOW)).to.equal(undefined)
    expect(cluster.lines.filter((line) => line.startsWith('chats at db1'))).to.deep.equal([
      'chats at db1:5432 are reached through the coordinator alone: Error: nobody is there',
    ])
    cluster.away.clear()
    await until(() => machines.poolFor(LOW) !== undefined)
  })

  it('are not asked after what may be their end, until they are reached again', async () => {
    for (const error of [new Error('read ECONNRESET'), failureOf('57P01'), failureOf('42P01')]) {
      const machines = await cluster.reached()
      cluster.away.add('db1')
      await machines.failed(machines.poolFor(LOW), error, false)
      expect(machines.poolFor(LOW), String(error)).to.equal(undefined)
      expect(machines.poolFor(HIGH)).not.to.equal(undefined)
      cluster.away.clear()
      await until(() => machines.poolFor(LOW) !== undefined)
    }
  })

  it('are asked on after what they refused alone', async () => {
    const machines = await cluster.reached()
    for (const code of ['55P03', '40001', '23505', '57014']) {
      await machines.failed(machines.poolFor(LOW), failureOf(code), false)
      expect(machines.poolFor(LOW), code).to.equal(cluster.opened.get('db1'))
    }
  })

  it('are not let go while somebody waits for them', async () => {
    const machines = await cluster.reached()
    const left = cluster.opened.get('db1') as Pool
    left.options.max = 1
    const held = await left.connect()
    const waiting = left.query('select')
    await cluster.coordinator.query('update pg_dist_placement set groupid = 2')
    await until(() => machines.poolFor(LOW) === cluster.opened.get('db2'))
    held.release()
    await waiting
    await until(() => left.ended)
  })

  it('are looked for at once after a conflict, whoever was asked', async () => {
    const machines = await cluster.reached(3_600_000)
    await cluster.coordinator.query('update pg_dist_placement set groupid = 2')
    await machines.failed(undefined, failureOf('23505'), false)
    await machines.failed(undefined, failureOf('40001'), false)
    expect(machines.poolFor(LOW)).to.equal(cluster.opened.get('db2'))
  })

  it('are asked as before while the coordinator is away', async () => {
    const machines = await cluster.reached()
    await cluster.coordinator.query('alter table pg_dist_node rename to pg_dist_gone')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(machines.poolFor(LOW)).to.equal(cluster.opened.get('db1'))
  })

  it('are not asked by readers while a shard is on its way', async () => {
    const machines = await cluster.reached(3_600_000)
    expect(await machines.failed(machines.poolFor(LOW), failureOf('55P03'), false)).to.equal(false)
    expect(await machines.failed(machines.poolFor(LOW), failureOf('55P03'), true)).to.equal(true)
    expect(machines.poolFor(LOW)).to.equal(undefined)
    expect(machines.poolFor(HIGH)).not.to.equal(undefined)
  })

  it('are looked for when Citus finds several shards where one was meant', async () => {
    const machines = await cluster.reached(3_600_000)
    await cluster.coordinator.query('update pg_dist_placement set groupid = 2')
    await machines.failed(undefined, failureOf('0A000'), false)
    expect(machines.poolFor(LOW)).to.equal(cluster.opened.get('db2'))
  })
})
