import { mock } from 'node:test'
import { expect } from 'chai'
import { deadline } from '../../src/client/deadline.ts'

describe('A deadline', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  it('comes when nothing was heard for its time, which begins anew with whatever is heard', () => {
    const { signal, extend, close } = deadline(60, undefined)
    for (let n = 0; n < 6; n++) {
      mock.timers.tick(59)
      expect(signal.aborted).to.equal(false)
      extend()
    }
    mock.timers.tick(60)
    expect(signal.aborted).to.equal(true)
    expect(signal.reason).to.include({ name: 'TimeoutError' })
    close()
  })

  it('comes with the reason of the caller, also when that was there first', () => {
    const reason = new Error('enough')
    const caller = new AbortController()
    const during = deadline(1000, caller.signal)
    caller.abort(reason)
    const after = deadline(1000, caller.signal)
    expect([during.signal.reason, after.signal.reason]).to.deep.equal([reason, reason])
    during.close()
    after.close()
  })

  it('ends what it was given to when it is closed, and does not come after that', () => {
    const { signal, close } = deadline(60, undefined)
    close()
    const reason: unknown = signal.reason
    mock.timers.tick(60)
    expect([signal.aborted, signal.reason]).to.deep.equal([true, reason])
    expect(reason).to.include({ name: 'AbortError' })
  })
})
