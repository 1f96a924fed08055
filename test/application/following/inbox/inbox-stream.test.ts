import { expect } from 'chai'
import type { EntryEvent, InboxBatch } from '../../../../src/application/following/inbox/inbox-event.ts'
import { type FirstReading, inboxStream } from '../../../../src/application/following/inbox/inbox-stream.ts'
import type { Moment } from '../../../../src/application/ports/inboxes.ts'
import { aChatId, upTo } from '../../../fixtures.ts'

const at = (moment: number) => moment as Moment
/** Told apart by their chats alone, or by being another object. */
const anEvent = (id: number): EntryEvent => ({ kind: 'removed', chatId: aChatId(id) })
const aFirst = (more: Partial<FirstReading> = {}): FirstReading => ({
  events: [],
  chatIds: undefined,
  before: at(10),
  after: at(20),
  ...more,
})
const settled = (moment: number, tick: number) => ({ moment: at(moment), tick })
const momentsOf = (batch: InboxBatch | undefined) => batch && [batch.before, batch.after]

describe('The stream of an inbox', () => {
  const aStream = () => {
    let woken = 0
    const stream = inboxStream(() => woken++)
    return { ...stream, woken: () => woken }
  }

  it('keeps nothing while it begins, but says afterwards in which chats it missed something', () => {
    const stream = aStream()
    expect(stream.offer(anEvent(1), 1)).to.equal(true)
    expect(stream.take(10, undefined)).to.equal(undefined)
    expect([...stream.goLive(aFirst({ events: [anEvent(2)] }), 5)]).to.deep.equal([1])
    expect(stream.take(10, undefined)?.events).to.deep.equal([anEvent(2)])
    expect(stream.woken()).to.equal(0)
  })

  it('takes nothing that was read by a reading that began before it was live', () => {
    const stream = aStream()
    stream.goLive(aFirst(), 5)
    expect([4, 5, 6].map((readAt) => stream.offer(anEvent(readAt), readAt))).to.deep.equal([false, false, true])
    expect(stream.take(10, undefined)?.events).to.deep.equal([anEvent(6)])
    expect(stream.woken()).to.equal(1)
  })

  it('tells the newest of a chat alone, when it is the turn of the first, and nothing grows', () => {
    const stream = aStream()
    stream.goLive(aFirst({ events: upTo(3).map(anEvent) }), 1)
    const newest = anEvent(2)
    for (let n = 0; n < 1000; n++) stream.offer(n === 999 ? newest : anEvent(2), 2)
    const events = stream.take(10, undefined)?.events ?? []
    expect(events).to.deep.equal(upTo(3).map(anEvent))
    expect(events[1]).to.equal(newest)
    expect(stream.take(10, undefined)).to.equal(undefined)
  })

  it('tells which chats there are before everything else', () => {
    const stream = aStream()
    stream.goLive(aFirst({ events: [anEvent(1)], chatIds: [aChatId(1)] }), 1)
    expect(stream.take(10, undefined)?.events.map(({ kind }) => kind)).to.deep.equal(['chats', 'removed'])
  })

  it('has told until the moment of its first reading only with the last that this found', () => {
    const stream = aStream()
    stream.goLive(aFirst({ events: upTo(3).map(anEvent) }), 1)
    expect(momentsOf(stream.take(2, undefined))).to.deep.equal([10, 10])
    stream.offer(anEvent(4), 2)
    expect(momentsOf(stream.take(1, undefined))).to.deep.equal([10, 20])
    expect(momentsOf(stream.take(1, undefined))).to.deep.equal([20, 20])
  })

  it('has told until a settled moment with the last of what waited when it was settled', () => {
    const stream = aStream()
    stream.goLive(aFirst(), 1)
    expect(stream.take(10, undefined)).to.equal(undefined)
    for (const id of [1, 2]) stream.offer(anEvent(id), 2)
    expect(momentsOf(stream.take(1, settled(30, 3)))).to.deep.equal([20, 20])
    stream.offer(anEvent(3), 4)
    expect(momentsOf(stream.take(1, settled(30, 3)))).to.deep.equal([20, 30])
    expect(momentsOf(stream.take(1, settled(30, 3)))).to.deep.equal([30, 30])
  })

  it('takes no moment that was settled by a round that began before it was live, nor goes back to one', () => {
    const stream = aStream()
    stream.goLive(aFirst(), 5)
    for (const [index, one] of [settled(30, 4), settled(30, 5), settled(15, 6), settled(31, 6)].entries()) {
      stream.offer(anEvent(index), 7)
      expect(momentsOf(stream.take(10, one))?.[1]).to.equal(index === 3 ? 31 : 20)
    }
  })
})
