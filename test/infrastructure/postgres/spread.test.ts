import { expect } from 'chai'
import { Pool } from 'pg'
import type { ChatId } from '../../../src/domain/identity.ts'
import type { Machines } from '../../../src/infrastructure/postgres/database/machines.ts'
import { scalar } from '../../../src/infrastructure/postgres/database/parameters.ts'
import { hashOf, inOneShard, type Parts, partsFrom } from '../../../src/infrastructure/postgres/database/parts.ts'
import { shardStatement } from '../../../src/infrastructure/postgres/database/shard-statement.ts'
import { markSpread } from '../../../src/infrastructure/postgres/database/spread.ts'
import { statement } from '../../../src/infrastructure/postgres/database/statement.ts'
import { readingTogether } from '../../../src/infrastructure/postgres/reads/batches.ts'
import { aChatId, upTo } from '../../fixtures.ts'
import { find } from './find-title.ts'

const IDS = upTo(20).map(aChatId)
const isLow = (id: ChatId) => hashOf(id) < 0

interface Asked {
  readonly text: string
  readonly values: readonly unknown[]
}

/** A pool, or a connection of one, that answers nothing and tells what it was asked. */
const told = () => {
  const asked: Asked[] = []
  const pool = new Pool()
  pool.query = ((query: Asked) => {
    asked.push(query)
    return Promise.resolve({ rows: [] })
  }) as never
  return { pool, asked }
}

/** Chats that were in one shard, 101, when the database was opened, and are in two now. */
const spread = (machine?: Pool) => {
  const coordinator = told()
  const parts = partsFrom([{ id: 101, least: -(2 ** 31) }]) as Parts
  const machines: Machines = { poolFor: () => machine, failed: async () => false, close: async () => {} }
  markSpread(coordinator.pool, parts, machines)
  const split = () =>
    parts.learn([
      { id: 102, least: -(2 ** 31) },
      { id: 103, least: 0 },
    ])
  return { ...coordinator, parts, split }
}

const list = statement('list', {}, (_, { orNobody }) => `select ${orNobody('me')}`)

describe('Chats that are spread', () => {
  it('are asked about in words of their own there, and as ever elsewhere', async () => {
    const [plain, other] = [told(), spread()]
    await find(plain.pool, { id: IDS[0] as ChatId })
    await list(plain.pool, {})
    expect(plain.asked.map(({ text, values }) => [text, values])).to.deep.equal([
      ['select title from chats join members where id = $1::bigint', [1]],
      ['select me', []],
    ])
    await find(other.pool, { id: IDS[0] as ChatId })
    await list(other.pool, {})
    expect(other.asked.map(({ text, values }) => [text, values])).to.deep.equal([
      [`select * from ${find.onMachines.name}($1::bigint, $2::bigint, $3::bigint, $4::boolean)`, [1, 1, 101, false]],
      [`select coalesce(me, '')`, []],
    ])
  })

  it('are asked about at their machine, but for what is in a transaction or about no chat', async () => {
    const machine = told()
    const { pool, asked } = spread(machine.pool)
    await find(pool, { id: IDS[0] as ChatId })
    expect([machine.asked.length, asked.length]).to.deep.equal([1, 0])
    await list(pool, {})
    expect([machine.asked.length, asked.length]).to.deep.equal([1, 1])
    const connection = told()
    pool.emit('connect', connection.pool)
    await find(connection.pool, { id: IDS[0] as ChatId })
    expect([machine.asked.length, connection.asked.length]).to.deep.equal([1, 1])
    expect(machine.asked[0]?.values).to.deep.equal([1, 1, 101, true])
    expect(connection.asked[0]?.values).to.deep.equal([1, 1, 101, false])
  })

  it('are looked for when what is asked of the coordinator fails, but for what is about none of them', async () => {
    const coordinator = new Pool()
    const failure = new Error('a conflict')
    coordinator.query = () => Promise.reject(failure)
    const failures: unknown[] = []
    const failed = async (...given: unknown[]) => failures.push(given) === 0
    markSpread(coordinator, partsFrom([{ id: 101, least: -(2 ** 31) }]) as Parts, {
      poolFor: () => undefined,
      failed,
      close: async () => {},
    })
    expect(await find(coordinator, { id: IDS[0] as ChatId }).catch((error: unknown) => error)).to.equal(failure)
    expect(await list(coordinator, {}).catch((error: unknown) => error)).to.equal(failure)
    expect(failures).to.deep.equal([[undefined, failure, true]])
  })

  it('are read where the coordinator says while their shard is on its way, and written nowhere', async () => {
    const change = shardStatement(
      'change',
      { id: scalar<ChatId>('bigint') },
      { chatOf: ({ id }) => id, isReading: false },
      () => '',
      [],
      () => undefined,
    )
    const moving = Object.assign(new Error('it moves'), { code: '55P03' })
    const machine = new Pool()
    machine.query = () => Promise.reject(moving)
    let isAway = false
    const { pool, asked } = told()
    markSpread(pool, partsFrom([{ id: 101, least: -(2 ** 31) }]) as Parts, {
      poolFor: () => (isAway ? undefined : machine),
      failed: async (_, __, isReading) => (isAway = isReading),
      close: async () => {},
    })
    expect(await change(pool, { id: IDS[0] as ChatId }).catch((error: unknown) => error)).to.equal(moving)
    expect(asked).to.deep.equal([])
    expect(await find(pool, { id: IDS[0] as ChatId })).to.deep.equal([])
    expect(asked.map(({ values }) => values)).to.deep.equal([[1, 1, 101, false]])
  })

  it('are of one shard until one is split', () => {
    const { parts, split } = spread()
    expect(inOneShard(parts, (id) => id, IDS)).to.deep.equal({ here: IDS, elsewhere: [] })
    expect(inOneShard(undefined, (id) => id, IDS)).to.deep.equal({ here: IDS, elsewhere: [] })
    split()
    const [first] = IDS as [ChatId]
    const isHere = (id: ChatId) => isLow(id) === isLow(first)
    expect(inOneShard(parts, (id) => id, IDS)).to.deep.equal({
      here: IDS.filter(isHere),
      elsewhere: IDS.filter((id) => !isHere(id)),
    })
  })

  it('are read shard by shard, and answered in the order in which they were asked for', async () => {
    const { pool, parts, split } = spread()
    split()
    const reads: (readonly ChatId[])[] = []
    const read = readingTogether(pool, parts, async (asked: readonly { readonly chatId: ChatId }[]) => {
      reads.push(asked.map(({ chatId }) => chatId))
      return asked.map(({ chatId }) => chatId)
    })
    expect(await Promise.all(IDS.map((chatId) => read({ chatId })))).to.deep.equal(IDS)
    expect(reads).to.have.deep.members([IDS.filter(isLow), IDS.filter((id) => !isLow(id))])
  })
})
