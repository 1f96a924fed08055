import { expect } from 'chai'
import fc from 'fast-check'
import type { Message, Page } from '../../src/client/index.ts'
import {
  type MessageWindow,
  newest,
  withNewer,
  withOlder,
  withSent,
  withTold,
} from '../../src/console/message-window.ts'

/** A chat of which every message is changed by the revision that its text names. */
const aMessage = (id: number, text = 'first') => ({ id, text, author: 'alice', reactions: [] }) as unknown as Message

interface PageOptions {
  readonly revision?: number
  readonly isLast?: boolean
  readonly text?: string
}

const aPage = (ids: readonly number[], { revision = 0, isLast = false, text }: PageOptions = {}): Page<Message> => ({
  entries: ids.map((id) => aMessage(id, text)),
  next: isLast ? undefined : () => Promise.reject(new Error('nobody reads on')),
  previous: undefined,
  revision,
  position: undefined,
})

const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
const down = (first: number, last: number) => from(first, last).reverse()
const idsOf = ({ messages }: MessageWindow) => messages.map(({ id }) => id)
const textOf = ({ messages }: MessageWindow, id: number) =>
  (messages.find((one) => one.id === id) as Message | undefined)?.text

describe('The window of messages', () => {
  it('keeps 150 of them: what is far from what is read is let go, and read again', () => {
    let window = newest(aPage(down(951, 1000)))
    for (const first of [901, 851, 801]) window = withOlder(window, aPage(down(first, first + 49)))
    expect([idsOf(window), window.hasOlder, window.hasNewer]).to.deep.equal([from(801, 950), true, true])
    window = withNewer(window, aPage(from(951, 1000), { isLast: true }))
    expect([idsOf(window), window.hasOlder, window.hasNewer]).to.deep.equal([from(851, 1000), true, false])
  })

  it('takes what an event told over a page that was read before it', () => {
    const window = withTold(newest(aPage([2, 1], { revision: 2 })), aMessage(1, 'edited'), 3, true)
    expect(textOf(newest(aPage([2, 1], { revision: 2 }), window), 1)).to.equal('edited')
    expect(textOf(newest(aPage([2, 1], { revision: 4, text: 'again' }), window), 1)).to.equal('again')
    expect(textOf(withTold(window, aMessage(1, 'late'), 2, true), 1)).to.equal('edited')
  })

  it('loses no message that came while the page before it was read', () => {
    const far = withOlder(newest(aPage(down(101, 250))), aPage(down(51, 100)))
    expect(far.hasNewer).to.equal(true)
    const told = withTold(far, aMessage(251), 300, false)
    expect(idsOf(told)).to.deep.equal(from(51, 200))
    const read = withNewer(told, aPage(from(201, 250), { revision: 299, isLast: true }))
    expect(idsOf(read).slice(-2)).to.deep.equal([250, 251])
  })

  it('shows what was sent once, whoever tells of it first', () => {
    const window = newest(aPage([1], { isLast: true }))
    const sent = withSent(window, aMessage(2))
    expect(idsOf(withTold(sent, aMessage(2), 2, true))).to.deep.equal([1, 2])
    expect(idsOf(withSent(withTold(window, aMessage(2), 2, true), aMessage(2)))).to.deep.equal([1, 2])
  })

  it('does not push away what somebody reads, and follows who is at the end', () => {
    const full = newest(aPage(down(1, 150)))
    const further = withTold(full, aMessage(151), 151, false)
    expect([idsOf(further), further.hasNewer]).to.deep.equal([from(1, 150), true])
    expect(idsOf(withTold(full, aMessage(151), 151, true))).to.deep.equal(from(2, 151))
  })

  it('has no gap and nothing twice, whatever is read and told in whatever order', () => {
    const step = fc.record({ kind: fc.constantFrom('older', 'newer', 'told', 'sent'), isAtEnd: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let last = 400
        let window = newest(aPage(down(351, 400), { revision: 400 }))
        for (const { kind, isAtEnd } of steps) {
          const ids = idsOf(window)
          const [top = 1, bottom = 0] = [ids[0], ids.at(-1)]
          if (kind === 'older' && window.hasOlder)
            window = withOlder(
              window,
              aPage(down(Math.max(1, top - 50), top - 1), { revision: last, isLast: top <= 51 }),
            )
          if (kind === 'newer' && window.hasNewer) {
            const end = Math.min(last, bottom + 50)
            window = withNewer(window, aPage(from(bottom + 1, end), { revision: last, isLast: end === last }))
          }
          if (kind === 'told') window = withTold(window, aMessage(++last), last, isAtEnd)
          if (kind === 'sent') window = withTold(withSent(window, aMessage(++last)), aMessage(last), last, true)
          const shown = idsOf(window)
          expect(shown)
            .to.deep.equal(from(shown[0] ?? 0, shown.at(-1) ?? 0))
            .and.to.have.length.of.at.most(150)
          if (!window.hasNewer) expect(shown.at(-1)).to.equal(last)
        }
      }),
    )
  })
})
