import { expect } from 'chai'
import { pauseBeforeRestart } from '../../src/workers/restart-pause.ts'

/** The pauses before so many restarts of a worker that lives for so long each time. */
const pausesOf = (count: number, life: number) => {
  const deaths: number[] = []
  const pauses: number[] = []
  for (let now = life; pauses.length < count; now += life) {
    const pause = pauseBeforeRestart(deaths, now)
    pauses.push(pause)
    deaths.push(now)
    now += pause
  }
  return pauses
}

describe('The pause before a dead worker is replaced', () => {
  it('grows from none to five seconds while it dies at once again and again, and stays there: there is no last time', () => {
    expect(pausesOf(8, 0)).to.deep.equal([0, 100, 200, 400, 800, 1600, 3200, 5000])
    expect(new Set(pausesOf(200, 300).slice(10))).to.deep.equal(new Set([5000]))
  })

  it('is none for one that lives for minutes, and short for one that dies now and then', () => {
    expect(new Set(pausesOf(50, 61_000))).to.deep.equal(new Set([0]))
    expect(Math.max(...pausesOf(50, 20_000))).to.equal(200)
  })
})
