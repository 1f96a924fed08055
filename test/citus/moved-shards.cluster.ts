import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Client } from 'pg'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { aConfig, served } from '../served.ts'
import { until } from '../until.ts'
import { aSpreadDatabase, clusterUrl, onCluster } from './cluster.ts'
import { expectAllSaid, openChats, startSenders } from './senders.ts'
import { chatsOn, workers } from './workers.ts'

const SENDERS = 16

/** Milliseconds of load before and after. */
const PHASE_MS = 2000

/** Sessions of the service at each machine, by its port. */
const sessionsAt = async (): Promise<ReadonlyMap<number, number>> => {
  const rows = await onCluster(`
    select nodeport as port, result::int as sessions from run_command_on_workers(
      $$select count(*) from pg_stat_activity where application_name = 'messenger-api' and datname = current_database()$$)`)
  return new Map(rows.map(({ port, sessions }) => [port as number, sessions as number]))
}

describe('Shards that go elsewhere under load', function () {
  this.timeout(180_000)
  let messenger: Messenger

  const serve = async () => served(await openStorage(aConfig({ DATABASE_URL: clusterUrl() }), () => {}))
  beforeEach(async () => {
    await (await aSpreadDatabase()).close()
    messenger = await serve()
    await openChats(messenger, 40)
  })
  afterEach(() => messenger.stop())

  const allChats = async () => (await onCluster('select id::int as id from chats')).map(({ id }) => id as number)
  const nodes = async () =>
    (await onCluster(
      `select nodeid as id, groupid as "group" from pg_dist_node where groupid <> 0 order by groupid`,
    )) as unknown as readonly { readonly id: number; readonly group: number }[]
  const shards = async () =>
    (await onCluster(`
      select shardid::int as id, groupid as "group", shardminvalue::int as least, shardmaxvalue::int as greatest
      from pg_dist_shard join pg_dist_placement using (shardid) where logicalrelid = 'chats'::regclass order by least`)) as unknown as readonly {
      readonly id: number
      readonly group: number
      readonly least: number
      readonly greatest: number
    }[]

  const whileSending = async (work: () => Promise<unknown>) => {
    const chats = await allChats()
    const senders = startSenders(messenger, chats, SENDERS)
    await sleep(PHASE_MS)
    await work()
    await sleep(PHASE_MS)
    await senders.stop()
    console.log(
      `      ${senders.said.length} said, ${JSON.stringify([...senders.statuses])}, the slowest after ${Math.round(senders.slowest())} ms`,
    )
    await expectAllSaid(messenger, chats, senders.said)
    expect(senders.said).not.to.have.length(0)
    expect([201, 503]).to.include.members([...senders.statuses.keys()])
    expect(['there', '503']).to.include.members(senders.reads)
    return senders
  }

  it('are written at the machines themselves, past the coordinator', async () => {
    await until(async () => [...(await sessionsAt()).values()].every((sessions) => sessions > 0))
    await whileSending(async () => {})
  })

  it('lose nothing as they move, and are found where they are', async () => {
    const [one, other] = await nodes()
    if (!one || !other) throw new Error('the test needs two workers')
    await whileSending(async () => {
      for (const { id, group } of await shards()) {
        const [from, to] = group === one.group ? [one, other] : [other, one]
        await onCluster(`select citus_move_shard_placement(${id}, ${from.id}, ${to.id}, 'force_logical')`)
      }
    })
    const [first] = await workers()
    expect(await chatsOn(first as NonNullable<typeof first>)).not.to.have.length(0)
  })

  /** By what everybody asks at once, how they are answered. */
  const answers = async (chats: readonly number[], method: string, path: string, body: object) => {
    const ask = async (chat: number) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${messenger.url}/chats/${chat}/${path}`, {
        method,
        headers,
        body: JSON.stringify(body),
      })
      return response.status
    }
    return [...new Set(await Promise.all(chats.map(ask)))]
  }

  it('are read while one is on its way, and wait to be written', async () => {
    await until(async () => [...(await sessionsAt()).values()].every((sessions) => sessions > 0))
    const chats = await allChats()
    const [first] = await shards()
    const [node] = await onCluster(
      `select nodename as host, nodeport as port from pg_dist_node where groupid = ${first?.group}`,
    )
    const at = new URL(clusterUrl())
    Object.assign(at, { hostname: node?.['host'], port: String(node?.['port']) })
    const mover = new Client({ connectionString: at.href })
    await mover.connect()
    try {
      // As whoever moves it does, while it copies.
      await mover.query(`begin; select lock_shard_metadata(7, array[${first?.id}])`)
      for (const _ of [1, 2, 3])
        for (const path of ['', 'messages/'])
          expect(
            new Set(
              await Promise.all(
                chats.map(async (chat) => (await fetch(`${messenger.url}/chats/${chat}/${path}`)).status),
              ),
            ),
            path,
          ).to.deep.equal(new Set([200]))
      const said = answers(chats, 'POST', 'messages/', { text: 'in a moment' })
      await sleep(500)
      await mover.query('commit')
      expect(await said).to.include(201)
    } finally {
      await mover.end()
    }
  })

  const split = async () => {
    const [first] = await shards()
    if (!first) throw new Error('there is no shard')
    const [one, other] = await nodes()
    const middle = Math.floor((first.least + first.greatest) / 2)
    await onCluster(
      `select citus_split_shard_by_split_points(${first.id}, array['${middle}'], array[${one?.id}, ${other?.id}], 'block_writes')`,
    )
  }

  it('are sent to at once after one was split, and changed together once that is known', async () => {
    await until(async () => [...(await sessionsAt()).values()].every((sessions) => sessions > 0))
    await split()
    const chats = await allChats()
    expect(await answers(chats, 'POST', 'messages/', { text: 'at once' })).to.deep.equal([201])
    expect(await answers(chats, 'PUT', 'members/ada', { role: 'member' })).to.deep.equal([201])
    expect(await answers(chats, 'PUT', 'members/ada', { role: 'owner' })).to.deep.equal([200])
  })

  it('lose nothing as one is split, before servers are started again and after', async () => {
    const { said } = await whileSending(split)
    await messenger.stop()
    messenger = await serve()
    const chats = await allChats()
    const again = startSenders(messenger, chats, SENDERS)
    await sleep(PHASE_MS)
    await again.stop()
    expect([...again.statuses.keys()]).to.deep.equal([201])
    await expectAllSaid(messenger, chats, [...said, ...again.said])
  })
})
