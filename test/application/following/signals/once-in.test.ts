import { expect } from 'chai'
import fc from 'fast-check'
import { onceIn } from '../../../../src/application/following/signals/once-in.ts'
import { upTo } from '../../../fixtures.ts'

describe('Once in so many milliseconds', () => {
  const gate = (limit = 100) => {
    const time = { ms: 0 }
    return { time, isTime: onceIn(3000, limit, () => time.ms) }
  }

  it('it is time for a key: at once, and again when they have passed', () => {
    const { time, isTime } = gate()
    const at = [0, 1, 2999, 3000, 3001, 5999, 6000, 60_000, 62_999, 63_000]
    const told = at.filter((ms) => {
      time.ms = ms
      return isTime('ada')
    })
    expect(told).to.deep.equal([0, 3000, 6000, 60_000, 63_000])
  })

  it('each key by itself', () => {
    const { isTime } = gate()
    expect(['ada', 'bob', 'ada', 'cleo', 'bob'].map(isTime)).to.deep.equal([true, true, false, true, false])
  })

  it('whenever it is asked, never sooner, and as soon as may be', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ pause: fc.nat(4000), key: fc.constantFrom('a', 'b', 'c') })), (asked) => {
        const { time, isTime } = gate()
        const last = new Map<string, number>()
        for (const { pause, key } of asked) {
          time.ms += pause
          const expected = time.ms - (last.get(key) ?? -Infinity) >= 3000
          expect(isTime(key)).to.equal(expected)
          if (expected) last.set(key, time.ms)
        }
      }),
    )
  })

  it('remembers a crowd within its limit, and forgets the oldest of a greater one', () => {
    const { isTime } = gate(100)
    for (const n of upTo(100)) expect(isTime(`${n}`), String(n)).to.equal(true)
    for (const n of upTo(50)) expect(isTime(`${50 + n}`), String(n)).to.equal(false)
    expect(isTime('101')).to.equal(true)
    expect(isTime('1')).to.equal(true)
  })
})
