import { expect } from 'chai'
import type { ChatId } from '../../src/domain/identity.ts'
import { aChatOn, clientOf } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'
import { aReading } from '../signals.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'

/** More bytes in all than the sockets of a connection hold. */
const [MESSAGES, TEXT] = [800, '😀'.repeat(4990)]
const SIGNALS = 20

describe('A follower that does not read', function () {
  this.timeout(60_000)
  overEachStorage((storage) => {
    const hold = releasing()

    it('loses signals, and no message', async () => {
      const kept = await storage()
      const client = clientOf(hold(await served(kept), ({ stop }) => stop()).url)
      const chat = await aChatOn(client)
      const [stalled, other] = [
        hold(await follow(client.url, `${chat}/events`), ({ cut }) => cut()),
        hold(await follow(client.url, `${chat}/events`), ({ cut }) => cut()),
      ]
      const signal = (n: number) => kept.signals.send(aReading(n, { chatId: Number(chat.split('/')[2]) as ChatId }))
      const reads = ({ events }: typeof other) =>
        events.flatMap(({ event, data }) => (event === 'read' ? [data['read_message_id']] : []))
      signal(0)
      await until(() => reads(stalled).length === 1 && reads(other).length === 1)

      stalled.pause()
      for (const _ of upTo(MESSAGES / 50))
        await Promise.all(upTo(50).map(() => client.post<unknown>(`${chat}/messages/`, { text: TEXT })))
      await until(() => other.events.at(-1)?.id === String(MESSAGES))
      for (const n of upTo(SIGNALS)) {
        signal(n)
        await until(() => reads(other).at(-1) === n)
      }
      stalled.resume()
      await client.post<unknown>(`${chat}/messages/`, { text: 'the last' })
      for (const stream of [stalled, other]) await until(() => stream.lastEventId() === String(MESSAGES + 1))

      for (const { events } of [stalled, other]) {
        const messages = events.filter(({ event }) => event === 'message')
        expect(messages.map(({ id }) => Number(id))).to.deep.equal(upTo(MESSAGES + 1))
      }
      expect(reads(other)).to.deep.equal([0, ...upTo(SIGNALS)])
      // One that was taken before the socket was full, and one that is fresh still.
      expect(reads(stalled).length).to.be.at.most(3)
    })
  })
})
