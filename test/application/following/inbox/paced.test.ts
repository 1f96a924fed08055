import { expect } from 'chai'
import { paced } from '../../../../src/application/following/inbox/paced.ts'
import { settled } from '../fakes.ts'

describe('Paced work', () => {
  const aPace = () => {
    const pace = { runs: 0, defects: [] as unknown[], end: () => {}, fails: false, rested: () => {}, stopped: 0 }
    const work = () =>
      new Promise<void>((resolve, reject) => {
        pace.runs++
        pace.end = () => (pace.fails ? reject(new Error('a defect')) : resolve())
      })
    const rest = (go: () => void) => {
      pace.rested = go
      return () => void pace.stopped++
    }
    return Object.assign(
      pace,
      paced(work, rest, (defect) => pace.defects.push(defect)),
    )
  }

  const ended = async (pace: ReturnType<typeof aPace>) => {
    pace.end()
    await settled()
  }

  it('begins at once when it is quiet', () => {
    const pace = aPace()
    pace.ask()
    expect(pace.runs).to.equal(1)
  })

  it('is done once for all who asked during a run or the rest after it, and not before the rest is over', async () => {
    const pace = aPace()
    for (let n = 0; n < 3; n++) pace.ask()
    await ended(pace)
    for (let n = 0; n < 3; n++) pace.ask()
    await settled()
    expect(pace.runs).to.equal(1)
    pace.rested()
    expect(pace.runs).to.equal(2)
    await ended(pace)
    pace.rested()
    expect(pace.runs, 'nobody asked').to.equal(2)
    pace.ask()
    expect(pace.runs).to.equal(3)
  })

  it('rests after a failure as after anything else, and tells of it', async () => {
    const pace = aPace()
    pace.fails = true
    pace.ask()
    await ended(pace)
    expect(pace.defects).to.have.length(1)
    pace.ask()
    expect(pace.runs).to.equal(1)
    pace.rested()
    expect(pace.runs).to.equal(2)
  })

  it('is not done any more once it is closed, be it during a run or a rest', async () => {
    const resting = aPace()
    resting.ask()
    await ended(resting)
    resting.close()
    expect(resting.stopped).to.equal(1)
    resting.ask()
    expect(resting.runs).to.equal(1)

    const running = aPace()
    running.ask()
    running.ask()
    running.close()
    await ended(running)
    running.ask()
    running.rested()
    expect(running.runs).to.equal(1)
  })
})
