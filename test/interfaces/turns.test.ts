import { expect } from 'chai'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { turns } from '../../src/interfaces/http/events/turns.ts'

describe('Work in turns', () => {
  /** Each piece of work takes a millisecond of a clock that nothing else moves. */
  const working = (slice: number) => {
    let time = 0
    const turn = turns(slice, () => time)
    const done: number[] = []
    const ask = (n: number) =>
      turn(() => {
        time += 1
        done.push(n)
        return n
      })
    return { ask, turn, done }
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

  it('is done at once while there is time in this turn of the event loop, and then a slice in each', async () => {
    const { ask, done } = working(10)
    const all = Promise.all(numbers(35).map(ask))
    const counts = [done.length]
    while (done.length < 35) {
      await nextTurn()
      counts.push(done.length)
    }
    expect(counts).to.deep.equal([10, 20, 30, 35])
    expect(done).to.deep.equal(numbers(35))
    expect(await all).to.deep.equal(numbers(35))
  })

  it('lets everything else go on between two slices', async () => {
    const { ask, done } = working(1)
    let others = 0
    const isOver = () => done.length === 20
    const other = () => {
      others += 1
      if (!isOver()) setImmediate(other)
    }
    setImmediate(other)
    await Promise.all(numbers(20).map(ask))
    expect(others).to.be.at.least(18)
  })

  it('has the whole slice again in a turn in which it was not asked for', async () => {
    const { ask, done } = working(3)
    void numbers(3).map(ask)
    await nextTurn()
    await nextTurn()
    void numbers(3).map(ask)
    expect(done).to.have.length(6)
  })

  it('is asked for from within work, after whoever waits already', async () => {
    const { ask, turn, done } = working(1)
    await Promise.all([ask(1), turn(() => ask(3)), ask(2)])
    expect(done).to.deep.equal([1, 2, 3])
  })

  it('that throws rejects for who asked, and harms nobody else', async () => {
    const { ask, turn, done } = working(1)
    const failing = () => {
      throw new Error('a defect')
    }
    const outcomes = await Promise.allSettled([turn(failing), ask(1), turn(failing), ask(2)])
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
    expect(done).to.deep.equal([1, 2])
  })
})
