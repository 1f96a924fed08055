import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Bell } from '../../src/application/ports/bell.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import { aChatId, upTo } from '../fixtures.ts'
import { until } from '../until.ts'

/** Longer than a ring takes from one server to another. */
const A_WHILE = 200

/** What every `Bell` must do, for whoever rings here and listens there; both may be the same bell. */
export const bellContract = (open: () => Promise<{ readonly here: Bell; readonly there: Bell }>) => {
  let here: Bell
  let there: Bell

  beforeEach(async () => {
    ;({ here, there } = await open())
  })

  /** What a listener hears from now on. */
  const listening = (bell = there) => {
    const heard: (ChatId | undefined)[] = []
    const stop = bell.listen((id) => heard.push(id))
    return { heard, stop }
  }

  it('wakes whoever listens with each chat that rang', async () => {
    const { heard } = listening()
    const ids = [aChatId(7), aChatId(8), aChatId(Number.MAX_SAFE_INTEGER)]
    for (const id of ids) here.ring(id)
    await until(() => ids.every((id) => heard.includes(id)))
  })

  it('wakes for a chat that rings again', async () => {
    const { heard } = listening()
    here.ring(aChatId())
    await until(() => heard.length > 0)
    const before = heard.length
    here.ring(aChatId())
    await until(() => heard.length > before)
  })

  it('wakes for every chat of a crowd: by its name, or because any may have rung', async () => {
    const { heard } = listening()
    const ids = upTo(3000).map((n) => aChatId(1_000_000 + n))
    for (const id of ids) here.ring(id)
    await until(() => heard.includes(undefined) || ids.every((id) => heard.includes(id)))
  })

  it('wakes everybody who listens, and nobody for chats that did not ring', async () => {
    const listeners = [listening(), listening(here), listening()]
    here.ring(aChatId(3))
    await until(() => listeners.every(({ heard }) => heard.includes(aChatId(3))))
    for (const { heard } of listeners) expect(new Set(heard)).to.deep.equal(new Set([aChatId(3)]))
  })

  it('leaves those alone who stopped listening, and only those', async () => {
    const [stopped, other] = [listening(), listening()]
    stopped.stop()
    stopped.stop()
    here.ring(aChatId())
    await until(() => other.heard.length > 0)
    await sleep(A_WHILE)
    expect(stopped.heard).to.deep.equal([])
  })

  it('rings where nobody listens, and fails nobody', () => {
    here.ring(aChatId())
  })

  it('lets a listener that throws disturb neither the others nor who rings', async () => {
    for (const bell of [here, there])
      bell.listen(() => {
        throw new TypeError('a defect')
      })
    const { heard } = listening()
    here.ring(aChatId(1))
    await until(() => heard.includes(aChatId(1)))
    here.ring(aChatId(2))
    await until(() => heard.includes(aChatId(2)))
  })
}
