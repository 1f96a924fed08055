import { expect } from 'chai'
import { DatabaseError } from 'pg'
import { batching } from '../../../src/infrastructure/postgres/database/batching.ts'

describe('Batching', () => {
  /** Looks that wait until they are let go. */
  const held = () => {
    const batches: { readonly batch: readonly number[]; readonly go: (error?: Error) => void }[] = []
    const work = (batch: readonly number[]) =>
      new Promise<number[]>((resolve, reject) => {
        batches.push({ batch, go: (error) => (error ? reject(error) : resolve(batch.map((n) => n * 10))) })
      })
    return { batches, work }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('calls at once for what comes in one turn, and together for what comes meanwhile', async () => {
    const { batches, work } = held()
    const find = batching(work, { atOnce: 1, size: 3 })
    const first = [find(1), find(2)]
    await turn()
    const rest = [find(3), find(4), find(5), find(6)]
    await turn()
    expect(batches.map(({ batch }) => batch)).to.deep.equal([[1, 2]])
    batches[0]?.go()
    expect(await Promise.all(first)).to.deep.equal([10, 20])
    await turn()
    batches[1]?.go()
    await turn()
    batches[2]?.go()
    expect(await Promise.all(rest)).to.deep.equal([30, 40, 50, 60])
    expect(batches.map(({ batch }) => batch)).to.deep.equal([[1, 2], [3, 4, 5], [6]])
  })

  it('fails for one batch alone, and goes on', async () => {
    const { batches, work } = held()
    const find = batching(work, { atOnce: 2, size: 10 })
    const failing = Promise.allSettled([find(1), find(2)])
    await turn()
    const other = find(3)
    await turn()
    batches[0]?.go(new Error('gone'))
    batches[1]?.go()
    expect((await failing).map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    expect(await other).to.equal(30)
    const next = find(4)
    await turn()
    batches[2]?.go()
    expect(await next).to.equal(40)
  })

  const databaseError = (code: string) => Object.assign(new DatabaseError('refused', 7, 'error'), { code })
  const refusingTwo = (code: string) => {
    const batches: (readonly number[])[] = []
    const work = async (batch: readonly number[]) => {
      batches.push(batch)
      if (batch.includes(2)) throw databaseError(code)
      return batch
    }
    return { batches, find: batching(work, { atOnce: 1, size: 10 }) }
  }

  it('does a batch one by one that the database undid for one of them', async () => {
    const { batches, find } = refusingTwo('23514')
    const settled = await Promise.allSettled([find(1), find(2), find(3)])
    expect(settled.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    expect(batches).to.deep.equal([[1, 2, 3], [1], [2], [3]])
  })

  for (const [what, code] of [
    ['lost a conflict with another transaction', '40P01'],
    ['may have been done, its connection being gone', '57P01'],
  ] as const)
    it(`fails for a whole batch that ${what}`, async () => {
      const { batches, find } = refusingTwo(code)
      const settled = await Promise.allSettled([find(1), find(2), find(3)])
      expect(settled.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected'])
      expect(batches).to.deep.equal([[1, 2, 3]])
    })
})
