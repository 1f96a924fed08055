import { expect } from 'chai'
import { hashOf } from '../../../src/infrastructure/postgres/database/parts.ts'
import { until } from '../../until.ts'
import { aKnownCluster, HIGH, LOW } from './known-to-citus.ts'

describe('Machines over which chats are spread', () => {
  const cluster = aKnownCluster()

  it('are asked for their own chats, once they were reached', async () => {
    const machines = cluster.theirs()
    expect(machines.poolFor(LOW)).to.equal(undefined)
    await until(() => machines.poolFor(LOW) !== undefined && machines.poolFor(HIGH) !== undefined)
    expect(machines.poolFor(LOW)).to.equal(cluster.opened.get('db1'))
    expect(machines.poolFor(HIGH)).to.equal(cluster.opened.get('db2'))
    expect(cluster.lines).to.have.members([
      'chats at db1:5432 are written and read there',
      'chats at db2:5432 are written and read there',
    ])
  })

  it('are those where chats have gone to, and are let go when none is left there', async () => {
    const machines = await cluster.reached()
    await cluster.coordinator.query('update pg_dist_placement set groupid = 2')
    await until(() => machines.poolFor(LOW) === cluster.opened.get('db2'))
    await until(() => cluster.opened.get('db1')?.ended === true)
    expect(machines.poolFor(HIGH)).to.equal(cluster.opened.get('db2'))
  })

  it('are found by the shards that there are now', async () => {
    const machines = await cluster.reached()
    await cluster.coordinator.query(`
      insert into pg_dist_shard values (104, 'chats', '${hashOf(HIGH)}');
      insert into pg_dist_placement values (104, 1)`)
    await until(() => machines.poolFor(HIGH) === cluster.opened.get('db1'))
    expect(cluster.parts.shardOf(HIGH)).to.equal(104)
    expect(cluster.parts.of(HIGH)).to.equal(1)
  })

  for (const [what, change] of [
    ['the coordinator itself', 'update pg_dist_placement set groupid = 0 where groupid = 1'],
    ['one that does not know where things are', 'update pg_dist_node set metadatasynced = false where groupid = 1'],
    ['one that was disabled', 'update pg_dist_node set isactive = false where groupid = 1'],
    ['a standby', `update pg_dist_node set noderole = 'secondary' where groupid = 1`],
  ] as const)
    it(`are never ${what}`, async () => {
      await cluster.coordinator.query(change)
      const machines = cluster.theirs()
      await until(() => machines.poolFor(HIGH) !== undefined)
      expect(machines.poolFor(LOW)).to.equal(undefined)
      expect([...cluster.opened.keys()]).to.deep.equal(['db2'])
    })

  it('are not looked for where the coordinator alone may be asked, but shards are learned', async () => {
    await cluster.coordinator.query(`insert into pg_dist_shard values (104, 'chats', '${hashOf(HIGH)}');
      insert into pg_dist_placement values (104, 1)`)
    const machines = cluster.theirs(10, false)
    await until(() => cluster.parts.shardOf(HIGH) === 104)
    expect(cluster.opened.size).to.equal(0)
    expect(machines.poolFor(HIGH)).to.equal(undefined)
  })

  it('are never a namesake of theirs', async () => {
    for (const change of ['update db1.pg_dist_local_group set groupid = 2', 'delete from db1.pg_dist_local_group']) {
      await cluster.coordinator.query(change)
      const machines = cluster.theirs()
      await until(() => machines.poolFor(HIGH) !== undefined && cluster.lines.length === 2)
      expect(machines.poolFor(LOW)).to.equal(undefined)
      expect(cluster.lines.join()).to.contain('who answers there is another')
      cluster.lines.length = 0
    }
  })
})
