import { expect } from 'chai'
import { wakeUp } from '../../../src/application/following/wake-up.ts'
import { settled } from './fakes.ts'

describe('A wake-up', () => {
  it('that was raised before anybody waited is not lost, and wakes once however often it was', async () => {
    const { raise, raised } = wakeUp()
    raise()
    raise()
    await raised()
    let isAwake = false
    void raised().then(() => (isAwake = true))
    await settled()
    expect(isAwake).to.equal(false)
    raise()
    await settled()
    expect(isAwake).to.equal(true)
  })
})
