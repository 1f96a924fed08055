import { expect } from 'chai'
import fc from 'fast-check'
import type { Database } from '../../../src/infrastructure/postgres/database/database.ts'
import { hashOf, inParts, partsFrom } from '../../../src/infrastructure/postgres/database/parts.ts'
import { type ChatId, GREATEST } from '../../../src/domain/identity.ts'
import { aChatId, upTo } from '../../fixtures.ts'
import { anOpenDatabase } from '../../postgres.ts'

const shards = (...least: readonly number[]) => least.map((each, index) => ({ id: 100 + index, least: each }))

describe('Parts over which chats are spread', () => {
  let database: Database
  before(async () => {
    database = await anOpenDatabase()
  })
  after(() => database.close())

  it('go by the hash that PostgreSQL has of an id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.maxSafeNat(), { maxLength: 100 }), async (drawn) => {
        const ids = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, GREATEST, ...drawn]
        const { rows } = await database.pool.query<{ hash: number }>(
          'select hashint8(id) as hash from unnest($1::bigint[]) with ordinality asked (id, place) order by place',
          [ids],
        )
        expect(ids.map(hashOf)).to.deep.equal(rows.map(({ hash }) => hash))
      }),
      { numRuns: 20 },
    )
  })

  it('are ranges of it, each from its least on', () => {
    const [one, two] = [hashOf(1), hashOf(2)]
    const parts = partsFrom(shards(-(2 ** 31), Math.max(one, two)))
    expect(parts?.count).to.equal(2)
    expect([1, 2].map((id) => parts?.of(aChatId(id)))).to.have.members([0, 1])
    expect(parts?.of(aChatId(one > two ? 1 : 2))).to.equal(1)
  })

  it('are where they were, while their shards become others', () => {
    const [low, high] = [1, 2].toSorted((a, b) => hashOf(a) - hashOf(b)).map(aChatId) as [ChatId, ChatId]
    const parts = partsFrom(shards(-(2 ** 31)))
    const told = () => [low, high].map((id) => [parts?.of(id), parts?.shardOf(id)])
    expect(told()).to.deep.equal([
      [0, 100],
      [0, 100],
    ])
    parts?.learn(shards(-(2 ** 31), hashOf(high)))
    expect(told()).to.deep.equal([
      [0, 100],
      [0, 101],
    ])
    parts?.learn([])
    expect(told()[1]).to.deep.equal([0, 101])
  })

  it('are none where nothing is spread', () => {
    expect([partsFrom(), partsFrom([])]).to.deep.equal([undefined, undefined])
  })

  it('are each worked on by themselves, and everything together where there are none', async () => {
    const ids = upTo(40).map(aChatId)
    const works: (readonly number[])[] = []
    const work = async (some: readonly number[]) => {
      works.push(some)
      return some
    }
    const parts = partsFrom(shards(-(2 ** 31), 0))
    expect(await inParts(parts, (id) => id, ids, work)).to.have.members(ids)
    expect(works).to.have.length(2)
    for (const some of works) expect(new Set(some.map((id) => parts?.of(aChatId(id)))).size).to.equal(1)
    works.length = 0
    parts?.learn(shards(-(2 ** 31), 0, 2 ** 30))
    await inParts(parts, (id) => id, ids, work)
    expect(works, 'once one was split').to.have.length(3)
    works.length = 0
    await inParts(undefined, (id) => id, ids, work)
    expect(works).to.deep.equal([ids])
  })
})
