import { expect } from 'chai'
import {
  followedSignals,
  type FollowedSignals,
} from '../../../../src/application/following/signals/followed-signals.ts'
import { COLLECT_MS, FRESH_MS, MOST_COLLECTED } from '../../../../src/application/following/signals/signal-hub.ts'
import type { Signals } from '../../../../src/application/ports/signals.ts'
import { memorySignals } from '../../../../src/infrastructure/memory/signals.ts'
import { aChatId, upTo } from '../../../fixtures.ts'
import { aReading, aTyping } from '../../../signals.ts'
import { aFakeTime } from '../fakes.ts'

describe('The signals of a chat that is followed', () => {
  let time: ReturnType<typeof aFakeTime>
  let signals: Signals
  let followed: FollowedSignals

  beforeEach(() => {
    time = aFakeTime()
    signals = memorySignals()
    followed = followedSignals(signals, time)
  })

  /** Who hears, and takes what it hears when the test says so. */
  const aHearer = (id = aChatId()) => {
    const hearer = { wakes: 0, ...followed.hear(id, () => void (hearer.wakes += 1)) }
    return hearer
  }

  it('are collected, and come as one batch, the very same to everybody', () => {
    const [one, other] = [aHearer(), aHearer()]
    signals.send(aTyping())
    time.pass(COLLECT_MS - 1)
    signals.send(aReading(2, { user: 'bob' }))
    expect([one.wakes, one.next()]).to.deep.equal([0, undefined])
    time.pass(1)
    expect([one.wakes, other.wakes]).to.deep.equal([1, 1])
    const batch = one.next()
    expect(batch?.signals).to.deep.equal([aTyping(), aReading(2, { user: 'bob' })])
    expect(other.next()).to.equal(batch)
    expect([one.next(), other.next()]).to.deep.equal([undefined, undefined])
  })

  it('are the newest of each kind and user', () => {
    const { next } = aHearer()
    for (const n of upTo(9)) signals.send(aReading(n))
    signals.send(aReading(4, { user: 'bob' }))
    signals.send(aTyping())
    time.pass(COLLECT_MS)
    expect(next()?.signals).to.deep.equal([aTyping(), aReading(9), aReading(4, { user: 'bob' })])
  })

  it('are lost to who did not take them when the next come', () => {
    const { next } = aHearer()
    for (const n of [1, 2]) {
      signals.send(aReading(n))
      time.pass(COLLECT_MS)
    }
    expect(next()?.signals).to.deep.equal([aReading(2)])
    expect(next()).to.equal(undefined)
  })

  it('are lost to who does not take them while they are fresh', () => {
    const { next } = aHearer()
    signals.send(aReading(1))
    time.pass(COLLECT_MS + FRESH_MS - 1)
    signals.send(aReading(2))
    time.pass(1)
    expect(next()).to.equal(undefined)
    time.pass(COLLECT_MS)
    expect(next()?.signals).to.deep.equal([aReading(2)])
  })

  it('stay fresh for their own time, whatever came before them', () => {
    const { next } = aHearer()
    signals.send(aReading(1))
    time.pass(COLLECT_MS)
    time.pass(FRESH_MS - COLLECT_MS - 1)
    signals.send(aReading(2))
    time.pass(COLLECT_MS)
    time.pass(FRESH_MS - 1)
    expect(next()?.signals).to.deep.equal([aReading(2)])
  })

  it('are not told to who comes after them', () => {
    aHearer()
    signals.send(aReading(1))
    time.pass(COLLECT_MS)
    expect(aHearer().next()).to.equal(undefined)
  })

  it('are those of that chat alone', () => {
    const [one, other] = [aHearer(aChatId(1)), aHearer(aChatId(2))]
    signals.send(aTyping({ chatId: aChatId(1) }))
    signals.send(aTyping({ chatId: aChatId(3) }))
    time.pass(COLLECT_MS)
    expect([one.wakes, other.wakes, other.next()]).to.deep.equal([1, 0, undefined])
  })

  it('have each user type once in 3 s, in each chat, but read as often as it does', () => {
    const [one, other] = [aHearer(aChatId(1)), aHearer(aChatId(2))]
    const told = { one: [] as string[], other: [] as string[] }
    for (const ms of upTo(60).map((n) => n * 200)) {
      signals.send(aTyping())
      if (ms === 1000) signals.send(aTyping({ chatId: aChatId(2) }))
      if (ms <= 600) signals.send(aReading(ms))
      time.pass(200)
      told.one.push(...(one.next()?.signals.map(({ kind }) => `${ms} ${kind}`) ?? []))
      told.other.push(...(other.next()?.signals.map(({ kind }) => `${ms} ${kind}`) ?? []))
    }
    expect(told.one.filter((line) => line.endsWith('typing'))).to.deep.equal(
      [200, 3200, 6200, 9200].map((ms) => `${ms} typing`),
    )
    expect(told.one.filter((line) => line.endsWith('read'))).to.have.length(3)
    expect(told.other).to.deep.equal(['1000 typing'])
  })

  it('are no more than a crowd of them in a batch', () => {
    const { next } = aHearer()
    for (const n of upTo(MOST_COLLECTED + 10)) signals.send(aTyping({ user: `user-${n}` }))
    for (const at of [1, 2]) signals.send(aReading(at))
    time.pass(COLLECT_MS)
    const told = next()?.signals ?? []
    expect(told).to.have.length(MOST_COLLECTED + 1)
    expect(told).to.deep.include(aReading(2))
  })

  it('leave nothing behind when nobody hears them any more', () => {
    const [one, other] = [aHearer(), aHearer()]
    signals.send(aTyping())
    one.leave()
    one.leave()
    expect(time.timers.size).to.equal(1)
    other.leave()
    expect(time.timers.size).to.equal(0)
    const again = aHearer()
    signals.send(aReading(1))
    time.pass(COLLECT_MS)
    expect(again.next()?.signals).to.deep.equal([aReading(1)])
    again.leave()
    expect(time.timers.size).to.equal(0)
  })

  it('are collected no more once it is closed', () => {
    const { next } = aHearer()
    signals.send(aTyping())
    followed.close()
    signals.send(aReading(1))
    time.pass(COLLECT_MS)
    expect([next(), time.timers.size]).to.deep.equal([undefined, 0])
  })
})
