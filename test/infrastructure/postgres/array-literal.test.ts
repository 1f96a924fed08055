import { expect } from 'chai'
import fc from 'fast-check'
import { arrayLiteral } from '../../../src/infrastructure/postgres/database/array-literal.ts'
import type { Database } from '../../../src/infrastructure/postgres/database/database.ts'
import { list } from '../../../src/infrastructure/postgres/database/parameters.ts'
import { statement } from '../../../src/infrastructure/postgres/database/statement.ts'
import { anOpenDatabase } from '../../postgres.ts'

describe('An array literal', () => {
  let database: Database

  before(async () => {
    database = await anOpenDatabase()
  })
  after(() => database.close())

  const backAndForth = (type: 'bigint' | 'text' | 'timestamptz') =>
    statement(
      `array-of-${type}`,
      { values: list<unknown>(type) },
      ({ values }) => `select value from unnest(${values}) with ordinality each (value, n) order by n`,
      ([value]) => value,
    )
  const through = (type: 'bigint' | 'text' | 'timestamptz', values: readonly unknown[]) =>
    backAndForth(type)(database.pool, { values })

  it('carries any text as it is, whatever stands in it', async () => {
    // PostgreSQL keeps no U+0000 and no lone surrogate: the domain refuses both.
    const text = fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', '\n', '\t', 'null', 'NULL', "'", 'a', '😀') }),
      )
      .filter((value) => !value.includes('\0') && value.isWellFormed())
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { maxLength: 20 }), async (values) => {
        expect(await through('text', values)).to.deep.equal(values)
      }),
      { numRuns: 200 },
    )
  })

  it('carries whole numbers and times, and what is missing', async () => {
    const numbers = [0, -1, null, Number.MAX_SAFE_INTEGER]
    expect(await through('bigint', numbers)).to.deep.equal(numbers)
    const times = [new Date(0), null, new Date('2026-03-14T12:00:00.123Z'), new Date('9999-12-31T23:59:59.999Z')]
    expect(await through('timestamptz', times)).to.deep.equal(times)
    expect(await through('text', [])).to.deep.equal([])
  })

  it('tells a missing text from one that says so', () => {
    expect(arrayLiteral('text', [null, undefined, 'null', ''])).to.equal('{null,null,"null",""}')
  })
})
