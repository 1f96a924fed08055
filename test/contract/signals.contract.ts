import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Signal, Signals } from '../../src/application/ports/signals.ts'
import { aChatId, upTo } from '../fixtures.ts'
import { aReading, aTyping } from '../signals.ts'
import { until } from '../until.ts'

/** Longer than a signal takes from one server to another. */
const A_WHILE = 200

/** Every user id there may be, and chats and markers from end to end. */
const user = fc.string({
  unit: fc.constantFrom(...upTo(94).map((n) => String.fromCharCode(32 + n))),
  minLength: 1,
  maxLength: 255,
})
const aUserId = user.filter((id) => id !== '.' && id !== '..')
const whole = (min: number) =>
  fc.oneof(
    fc.integer({ min, max: 5 }),
    fc.maxSafeInteger().map((n) => Math.max(min, Math.abs(n))),
  )
const aSignal: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({ chat: whole(1), user: aUserId }).map(({ chat, user }) => aTyping({ chatId: aChatId(chat), user })),
  fc
    .record({ chat: whole(1), user: aUserId, at: whole(0) })
    .map(({ chat, user, at }) => aReading(at, { chatId: aChatId(chat), user })),
)

const keyOf = ({ kind, chatId, userId }: Signal) => `${kind} ${chatId} ${userId}`

/** What every `Signals` must do, for whoever sends here and listens there; both may be the same. */
export const signalsContract = (open: () => Promise<{ readonly here: Signals; readonly there: Signals }>) => {
  let here: Signals
  let there: Signals

  beforeEach(async () => {
    ;({ here, there } = await open())
  })

  /** What a listener hears from now on. */
  const listening = (signals = there) => {
    const heard: Signal[] = []
    const stop = signals.listen((signal) => heard.push(signal))
    return { heard, stop }
  }

  it('tells each signal as it was sent, to everybody who listens, and nothing else', async () => {
    const listeners = [listening(), listening(here), listening()]
    const signals = [aTyping(), aTyping({ user: 'bob' }), aReading(3), aReading(0, { chatId: aChatId(2) })]
    for (const signal of signals) here.send(signal)
    for (const { heard } of listeners) {
      await until(() => heard.length >= signals.length)
      expect(heard).to.have.deep.members(signals)
    }
  })

  it('tells this server at once, and once', async () => {
    const { heard } = listening(here)
    here.send(aTyping())
    expect(heard).to.deep.equal([aTyping()])
    await sleep(A_WHILE)
    expect(heard).to.deep.equal([aTyping()])
  })

  it('tells the newest of what one user sends in one chat, whatever comes before it', async () => {
    const { heard } = listening()
    for (const n of upTo(50)) here.send(aReading(n))
    await until(() => heard.some((signal) => signal.kind === 'read' && signal.readMessageId === 50))
    const told = heard.map((signal) => (signal.kind === 'read' ? signal.readMessageId : NaN))
    expect(told).to.deep.equal([...told].sort((a, b) => a - b))
  })

  it('tells again what is sent again', async () => {
    const { heard } = listening()
    for (const times of [1, 2]) {
      here.send(aTyping())
      await until(() => heard.length === times)
      await sleep(A_WHILE / 4)
    }
  })

  it('tells any signals, however many and whoever they are of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aSignal, { maxLength: 60 }), async (signals) => {
        const { heard, stop } = listening()
        const newest = new Map(signals.map((signal) => [keyOf(signal), signal]))
        for (const signal of signals) here.send(signal)
        here.send(aTyping({ chatId: aChatId(999_999), user: 'the-last' }))
        await until(() => heard.some(({ userId }) => userId === 'the-last'))
        stop()
        const told = new Map(heard.map((signal) => [keyOf(signal), signal]))
        for (const [key, signal] of newest) expect(told.get(key)).to.deep.equal(signal)
        expect(told.size).to.be.at.most(newest.size + 1)
      }),
      { numRuns: 20 },
    )
  })

  it('leaves those alone who stopped listening, and only those', async () => {
    const [stopped, other] = [listening(), listening()]
    stopped.stop()
    stopped.stop()
    here.send(aTyping())
    await until(() => other.heard.length > 0)
    await sleep(A_WHILE)
    expect(stopped.heard).to.deep.equal([])
  })

  it('sends where nobody listens, and fails nobody', () => {
    here.send(aTyping())
  })

  it('lets a listener that throws disturb neither the others nor who sends', async () => {
    for (const signals of [here, there])
      signals.listen(() => {
        throw new TypeError('a defect')
      })
    const { heard } = listening()
    for (const times of [1, 2]) {
      here.send(aReading(times))
      await until(() => heard.length === times)
    }
  })
}
