import { expect } from 'chai'
import { pauseBeforeStart } from '../../../src/infrastructure/embedded-postgres/restart-budget.ts'

/** The pauses of a server that is started each time the moment it may be, and runs for so long each time. */
const pausesOf = (runs: (start: number) => number) => {
  const starts: number[] = []
  const pauses: number[] = []
  for (let now = 0; pauses.length < 100; now += runs(starts.length)) {
    const pause = pauseBeforeStart(starts, now)
    if (pause === undefined) break
    pauses.push(pause)
    now += pause
    starts.push(now)
  }
  return pauses
}

describe('The pause before a server is started again', () => {
  it('grows from none to five seconds, and after eight starts that did not help there is no other', () => {
    expect(pausesOf(() => 0)).to.deep.equal([0, 100, 200, 400, 800, 1600, 3200, 5000])
  })

  it('has an end, too, for a server that serves for a while each time', () => {
    expect(pausesOf(() => 30_000)).to.have.length(8)
  })

  it('is none, for ever, for one that dies every ten minutes', () => {
    expect(new Set(pausesOf(() => 600_000))).to.deep.equal(new Set([0]))
  })
})
