import { expect } from 'chai'
import { DatabaseError } from 'pg'
import { batching } from '../../../src/infrastructure/postgres/database/batching.ts'
import type { deadlines } from '../../../src/infrastructure/postgres/database/deadlines.ts'
import { upTo } from '../../fixtures.ts'

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

  it('answers everybody else though two batches fail, and has their places again', async () => {
    let [underWay, most] = [0, 0]
    const done: (readonly number[])[] = []
    const work = async (batch: readonly number[]) => {
      most = Math.max(most, ++underWay)
      await turn()
      underWay -= 1
      done.push(batch)
      if (batch.includes(2) || batch.includes(31)) throw new Error('gone')
      return batch
    }
    const find = batching(work, { atOnce: 2, size: 10 })
    const settled = await Promise.allSettled(upTo(100).map(find))
    const failed = upTo(100).filter((n) => settled[n - 1]?.status === 'rejected')
    expect(failed).to.deep.equal(done.filter((batch) => batch.includes(2) || batch.includes(31)).flat())
    expect(failed).to.have.length(20)
    expect(
      done.flat().toSorted((a, b) => a - b),
      'each once',
    ).to.deep.equal(upTo(100))

    most = 0
    expect(await Promise.all(upTo(40).map((n) => find(n + 100)))).to.deep.equal(upTo(40).map((n) => n + 100))
    expect(most, 'batches at once').to.equal(2)
  })

  describe('giving up', () => {
    /** The deadlines of one batching, which come when the test says so. */
    const ourTime = () => {
      const all: { pending: () => readonly object[]; giveUp: (overdue: readonly never[], cause: Error) => void }[] = []
      const givingUp: typeof deadlines = (pending, giveUp) => {
        all.push({ pending, giveUp })
        return { watch: () => {} }
      }
      const pending = () => all.flatMap(({ pending }) => pending()) as { item: number }[]
      return {
        givingUp,
        pending: () => pending().map(({ item }) => item),
        giveUp: (...items: number[]) =>
          all[0]?.giveUp(pending().filter(({ item }) => items.includes(item)) as never[], new Error('late')),
      }
    }
    const outcome = (result: Promise<number>) => result.catch((error: unknown) => (error as Error).message)

    it('what waits neither begins it later nor keeps a place in a batch for it', async () => {
      const { batches, work } = held()
      const time = ourTime()
      const find = batching(work, { atOnce: 1, size: 2, givingUp: time.givingUp })
      const results = upTo(5).map((n) => outcome(find(n)))
      await turn()
      expect(time.pending()).to.deep.equal([1, 2, 3, 4, 5])
      time.giveUp(3)
      expect(time.pending()).to.deep.equal([1, 2, 4, 5])
      for (const index of [0, 1]) {
        batches[index]?.go()
        await turn()
      }
      expect(await Promise.all(results)).to.deep.equal([10, 20, 'late', 40, 50])
      expect(batches.map(({ batch }) => batch)).to.deep.equal([
        [1, 2],
        [4, 5],
      ])
      expect(time.pending()).to.deep.equal([])
    })

    it('what is under way does not begin it once more when its batch is done one by one', async () => {
      const { batches, work } = held()
      const time = ourTime()
      const find = batching(work, { atOnce: 1, size: 3, givingUp: time.givingUp })
      const results = upTo(3).map((n) => outcome(find(n)))
      await turn()
      time.giveUp(2)
      expect(await results[1]).to.equal('late')
      batches[0]?.go(databaseError('23514'))
      for (const index of [1, 2]) {
        await turn()
        batches[index]?.go()
      }
      expect(await Promise.all(results)).to.deep.equal([10, 'late', 30])
      expect(batches.map(({ batch }) => batch)).to.deep.equal([[1, 2, 3], [1], [3]])
    })

    it('has nothing pending of a batch that failed', async () => {
      const { batches, work } = held()
      const time = ourTime()
      const find = batching(work, { atOnce: 1, size: 3, givingUp: time.givingUp })
      const results = [1, 2].map((n) => outcome(find(n)))
      await turn()
      batches[0]?.go(new Error('gone'))
      expect(await Promise.all(results)).to.deep.equal(['gone', 'gone'])
      await turn()
      expect(time.pending()).to.deep.equal([])
    })
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
