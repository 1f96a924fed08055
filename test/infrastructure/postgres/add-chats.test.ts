import { expect } from 'chai'
import type { Pool } from 'pg'
import { ANYBODY } from '../../../src/domain/caller.ts'
import type { Chats } from '../../../src/application/ports/chats.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { removeChat } from '../../changes.ts'
import { anIntent, aNewChat, left, right, upTo } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'

describe('Chats that are opened together', () => {
  let servers: readonly Database[]
  let database: Database
  let chats: Chats
  let other: Chats

  beforeEach(async () => {
    const where = await aDatabase()
    servers = [openDatabase(where), openDatabase(where)]
    database = servers[0]!
    ;[chats, other] = servers.map((server) => postgresChats(server)) as [Chats, Chats]
  })
  afterEach(() => Promise.all(servers.map((server) => server.close())))

  const counted = async (pool: Pool, work: () => Promise<unknown>) => {
    const names: string[] = []
    const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
    pool.query = ((statement: { name: string }) => {
      names.push(statement.name)
      return query(statement)
    }) as never
    await work()
    pool.query = query as never
    return names
  }

  it('take one statement, with keys or without', async () => {
    const names = await counted(database.pool, () =>
      Promise.all(upTo(100).map((n) => chats.add(ANYBODY, aNewChat(`chat ${n}`), n % 2 ? anIntent() : undefined)())),
    )
    expect(names).to.deep.equal(['open-chats'])
    const page = right(await chats.list(ANYBODY, { limit: 100 })())
    expect(page.entries.map(({ title }) => title).toSorted()).to.deep.equal(
      upTo(100)
        .map((n) => `chat ${n}`)
        .toSorted(),
    )
  })

  it('take one more to find what was opened before', async () => {
    const intent = anIntent()
    const { done } = right(await chats.add(ANYBODY, aNewChat(), intent)())
    const names = await counted(database.pool, async () =>
      expect(right(await chats.add(ANYBODY, aNewChat(), intent)())).to.deep.equal({ done, replayed: true }),
    )
    expect(names).to.deep.equal(['open-chats', 'chats-by-key'])
  })

  it('are one for each key, whichever of two servers each request reaches, in any order', async () => {
    const intents = upTo(20).map(() => anIntent())
    const asked = upTo(200).map((n) => {
      const intent = intents[(n * 7) % intents.length]!
      return { intent, answer: (n % 2 ? chats : other).add(ANYBODY, aNewChat(), intent)() }
    })
    const ids = new Map<string, Set<number>>()
    let opened = 0
    for (const { intent, answer } of asked) {
      const { done, replayed } = right(await answer)
      ids.set(intent.key, (ids.get(intent.key) ?? new Set()).add(done.id))
      if (!replayed) opened += 1
    }
    expect([...ids.values()].map(({ size }) => size)).to.deep.equal(intents.map(() => 1))
    expect(opened).to.equal(intents.length)
    const { rows } = await database.pool.query('select from chats')
    expect(rows).to.have.length(intents.length)
  })

  it('answer each of them, while the chats of the same keys are removed', async () => {
    const intent = anIntent()
    for (const _ of upTo(20)) {
      const { done } = right(await chats.add(ANYBODY, aNewChat(), intent)())
      const [again, removed] = await Promise.all([other.add(ANYBODY, aNewChat(), intent)(), removeChat(chats, done.id)])
      right(removed)
      right(again)
    }
  })

  it('fail for the one that breaks a rule of the table alone', async () => {
    const intent = anIntent()
    const settled = await Promise.allSettled([
      chats.add(ANYBODY, aNewChat('first'))(),
      chats.add(ANYBODY, aNewChat('x'.repeat(201)), intent)(),
      chats.add(ANYBODY, aNewChat('third'), anIntent())(),
    ])
    expect(settled.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).to.have.nested.property('reason.constraint', 'chats_title_check')
    expect(right(await chats.add(ANYBODY, aNewChat('in order'), intent)()).replayed, 'the key was not used').to.equal(
      false,
    )
  })

  it('are Unavailable, not asked for for ever, when a key is taken and given up again and again', async () => {
    const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>
    let asked = 0
    database.pool.query = (async (statement: { name: string }) => {
      asked += 1
      if (statement.name === 'open-chats' || statement.name === 'chats-by-key') return { rows: [] }
      return query(statement)
    }) as never
    const answer = left(await chats.add(ANYBODY, aNewChat(), anIntent())())
    database.pool.query = query as never
    expect(answer).to.have.property('kind', 'Unavailable')
    expect(asked).to.be.at.most(20)
  })
})
