import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { deadline } from '../../src/client/deadline.ts'

describe('A deadline', () => {
  it('comes when nothing was heard for its time, which begins anew with whatever is heard', async () => {
    const { signal, extend, close } = deadline(60, undefined)
    for (let n = 0; n < 6; n++) {
      await sleep(20)
      extend()
    }
    expect(signal.aborted, 'twice its time has passed').to.equal(false)
    await sleep(120)
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
})
