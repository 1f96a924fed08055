import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { Client } from 'pg'
import { ANYBODY } from '../../../src/domain/caller.ts'
import type { Chats } from '../../../src/application/ports/chats.ts'
import type { Health } from '../../../src/application/ports/health.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresHealth } from '../../../src/infrastructure/postgres/health.ts'
import { removeChat, send } from '../../changes.ts'
import { aNewChat, right, upTo } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'

const LOCKED = 30

/** Milliseconds: what a group waits for a lock before it is parted, and some for a busy machine. */
const A_MOMENT = 250 + 450

describe('Many chats that somebody else holds', () => {
  let database: Database
  let other: Client
  let chats: Chats
  let health: Health
  let locked: readonly ChatId[]
  let free: readonly ChatId[]

  beforeEach(async () => {
    const where = await aDatabase()
    database = openDatabase(where)
    chats = postgresChats(database)
    health = postgresHealth(database)
    other = new Client(where)
    await other.connect()
    const opened = await Promise.all(upTo(LOCKED + 5).map(() => chats.add(ANYBODY, aNewChat())()))
    const ids = opened.map((added) => right(added).done.id)
    ;[locked, free] = [ids.slice(0, LOCKED), ids.slice(LOCKED)]
    for (const id of ids) right(await send(chats, id))
    await other.query('begin')
    await other.query('select from chats where id = any($1) for update', [locked])
  })
  afterEach(async () => {
    await other.end()
    await database.close()
  })

  const timed = async <A>(work: Promise<A>) => {
    const since = performance.now()
    return { value: await work, ms: performance.now() - since }
  }

  it('hold up neither changes of others, nor reads, nor the probe, and are told in time', async () => {
    // Senders who come back, as senders do.
    let until = performance.now() + 3000
    const persistent = locked.map(async (id) => {
      const waits: number[] = []
      while (performance.now() < until) {
        const { value, ms } = await timed(send(chats, id))
        expect(E.isLeft(value) && value.left.kind).to.equal('Unavailable')
        waits.push(ms)
      }
      return Math.max(...waits)
    })
    await sleep(5)

    const first = await Promise.all(free.map((id) => timed(send(chats, id))))
    for (const { value, ms } of first) {
      right(value)
      expect(ms, 'ms for the first send to a free chat').to.be.below(A_MOMENT)
    }
    await sleep(600)
    const waits = { send: 0, read: 0, probe: 0, removal: 0 }
    while (performance.now() < until - 200) {
      const [sent, read, probe] = await Promise.all([
        timed(send(chats, free[0]!)),
        timed(chats.messages(ANYBODY, locked[0]!, { limit: 5 })()),
        timed(health.database()),
      ])
      right(sent.value)
      right(read.value)
      expect(probe.value).to.equal(true)
      waits.send = Math.max(waits.send, sent.ms)
      waits.read = Math.max(waits.read, read.ms)
      waits.probe = Math.max(waits.probe, probe.ms)
    }
    const removed = await timed(removeChat(chats, free[1]!))
    right(removed.value)
    waits.removal = removed.ms
    expect(waits.send, 'ms for a send').to.be.below(200)
    expect(waits.read, 'ms for a read').to.be.below(200)
    expect(waits.probe, 'ms for a probe').to.be.below(200)
    expect(waits.removal, 'ms for a removal').to.be.below(A_MOMENT)
    until = 0
    expect(Math.max(...(await Promise.all(persistent))), 'ms until 503').to.be.below(2500)
  })

  it('are written as soon as they are free', async () => {
    const waiting = locked.map((id) => send(chats, id))
    await sleep(1000)
    await other.query('commit')
    const { value, ms } = await timed(Promise.all(waiting))
    for (const answer of value) right(answer)
    expect(ms).to.be.below(500)
  })
})
