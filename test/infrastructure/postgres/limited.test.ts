import { expect } from 'chai'
import { limited } from '../../../src/infrastructure/postgres/database/limited.ts'
import { neighbours } from '../../../src/infrastructure/postgres/writes/neighbours.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('A limit of what is done at once', () => {
  /** Pieces of work that end when the test says so. */
  const working = (limit: number | (() => number)) => {
    const run = limited(limit)
    const begun: number[] = []
    const ends: (() => void)[] = []
    const start = (n: number) =>
      run(async () => {
        begun.push(n)
        await new Promise<void>((resolve) => (ends[n] = resolve))
      })
    const end = async (n: number) => {
      ends[n]?.()
      await settled()
    }
    return { run, begun, start, end }
  }

  it('is kept, in order, also after work that failed', async () => {
    const { run, begun, start, end } = working(2)
    const failed = run(() => Promise.reject(new Error('a defect'))).catch(String)
    for (let n = 0; n < 4; n++) void start(n)
    expect(await failed).to.equal('Error: a defect')
    await settled()
    expect(begun).to.deep.equal([0, 1])
    await end(1)
    expect(begun).to.deep.equal([0, 1, 2])
    await end(0)
    expect(begun).to.deep.equal([0, 1, 2, 3])
  })

  it('may grow and shrink while work is under way', async () => {
    let limit = 3
    const { begun, start, end } = working(() => limit)
    for (let n = 0; n < 8; n++) void start(n)
    limit = 1
    await end(0)
    await end(1)
    expect(begun, 'one is under way still').to.deep.equal([0, 1, 2])
    await end(2)
    expect(begun).to.deep.equal([0, 1, 2, 3])
    limit = 3
    await end(3)
    expect(begun).to.deep.equal([0, 1, 2, 3, 4, 5, 6])
  })
})

describe('Other servers of the same chats', () => {
  it('are there for a second after they were noticed', () => {
    let time = 5000
    const others = neighbours(() => time)
    expect(others.areThere()).to.equal(false)
    others.noticed()
    time += 999
    expect(others.areThere()).to.equal(true)
    time += 1
    expect(others.areThere()).to.equal(false)
  })
})
