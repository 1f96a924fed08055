import { expect } from 'chai'
import { createClient, type Message } from '../../src/client/index.ts'
import { type Letter, notArrived } from '../../src/console/letter.ts'
import { outboxOf } from '../../src/console/outbox.ts'
import { until } from '../until.ts'

describe('What was sent from the console', () => {
  const aLetter = (key: string, after = 0): Letter => ({
    ...{ key, text: ' ok ', replyTo: undefined, after },
    ...{ state: 'sending', why: undefined },
  })
  const aMessage = (id: number) => ({ id, author: 'alice', text: 'ok' })
  const keysOf = (letters: readonly Letter[]) => letters.map(({ key }) => key)

  it('is waited for until it is there: each message is one letter’s, though the same is said twice', () => {
    const letters = [aLetter('a'), aLetter('b')]
    expect(keysOf(notArrived(letters, [], 'alice'))).to.deep.equal(['a', 'b'])
    expect(keysOf(notArrived(letters, [aMessage(1)], 'alice'))).to.deep.equal(['b'])
    expect(keysOf(notArrived(letters, [aMessage(1), aMessage(2)], 'alice'))).to.deep.equal([])
    expect(keysOf(notArrived([aLetter('c', 2)], [aMessage(1), aMessage(2)], 'alice'))).to.deep.equal(['c'])
    expect(keysOf(notArrived(letters, [aMessage(1)], undefined))).to.deep.equal(['a', 'b'])
  })

  /** A service that takes the first message and refuses what comes after it. */
  const aSession = () => {
    let last = 0
    const fetch = async () => {
      if (last > 0) return new Response('{}', { status: 400 })
      const message: Partial<Message> = { id: ++last, author: 'alice', text: 'ok' }
      return Response.json(message, { status: 201 })
    }
    return { client: createClient({ fetch }), letters: new Map() }
  }

  it('is seen to have failed though the same was said before and arrived', async () => {
    const outbox = outboxOf(aSession(), 7, () => undefined)
    for (let times = 0; times < 2; times++) outbox.send('ok', undefined, 0)
    await until(() => outbox.letters.read().some(({ state }) => state === 'failed'))
    await until(() => outbox.letters.read().length === 1)
    expect(notArrived(outbox.letters.read(), [aMessage(1)], 'alice').map(({ state }) => state)).to.deep.equal([
      'failed',
    ])
  })

  it('is kept by its chat while another one is looked at', async () => {
    const session = aSession()
    for (let times = 0; times < 2; times++) outboxOf(session, 7, () => undefined).send('ok', undefined, 0)
    const { letters } = outboxOf(session, 7, () => undefined)
    await until(() => letters.read().some(({ state }) => state === 'failed'))
    expect(outboxOf(session, 8, () => undefined).letters.read()).to.deep.equal([])
  })
})
