import { expect } from 'chai'
import { oneAtATime } from '../../../src/application/following/one-at-a-time.ts'
import { settled } from './fakes.ts'

describe('Work that runs one at a time', () => {
  /** Runs that wait to be ended. */
  const heldRuns = () => {
    const runs: PromiseWithResolvers<void>[] = []
    const defects: unknown[] = []
    const ask = oneAtATime(
      () => {
        const run = Promise.withResolvers<void>()
        runs.push(run)
        return run.promise
      },
      (defect) => defects.push(defect),
    )
    return { runs, defects, ask }
  }

  it('does not begin before it is asked for', async () => {
    const { runs, ask } = heldRuns()
    await settled()
    expect(runs).to.have.length(0)
    ask()
    expect(runs).to.have.length(1)
  })

  it('runs once more for however many ask meanwhile, after the run that is under way', async () => {
    const { runs, ask } = heldRuns()
    ask()
    ask()
    ask()
    await settled()
    expect(runs).to.have.length(1)
    runs[0]?.resolve()
    await settled()
    expect(runs).to.have.length(2)
    runs[1]?.resolve()
    await settled()
    expect(runs).to.have.length(2)
  })

  it('runs anew when it is asked again later', async () => {
    const { runs, ask } = heldRuns()
    ask()
    runs[0]?.resolve()
    await settled()
    ask()
    expect(runs).to.have.length(2)
  })

  it('reports a run that fails, and owes another to whoever asked meanwhile or asks later', async () => {
    const { runs, defects, ask } = heldRuns()
    ask()
    ask()
    runs[0]?.reject(new Error('one'))
    await settled()
    expect(runs).to.have.length(2)
    runs[1]?.reject(new Error('two'))
    await settled()
    expect(defects.map(String)).to.deep.equal(['Error: one', 'Error: two'])
    ask()
    expect(runs).to.have.length(3)
  })

  it('takes work that fails before it gives a promise for a run that failed', async () => {
    const defects: unknown[] = []
    const ask = oneAtATime(
      () => {
        throw new Error('at once')
      },
      (defect) => defects.push(defect),
    )
    ask()
    await settled()
    ask()
    await settled()
    expect(defects).to.have.length(2)
  })
})
