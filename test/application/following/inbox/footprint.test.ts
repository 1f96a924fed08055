import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import type { InboxBatch } from '../../../../src/application/following/inbox/inbox-event.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { aUser, right, upTo } from '../../../fixtures.ts'
import { settled } from '../fakes.ts'
import { aServer } from './fakes.ts'

const [STREAMS, CHATS] = [1000, 100]
/** Of one stream: as it waits for something to happen, and with an entry of each chat that it has not taken. */
const [QUIET_BYTES, STALLED_BYTES] = [20_000, 30_000]

/** Bytes on the heap that are in use. */
const inUse = async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await settled()
  collect()
  return process.memoryUsage().heapUsed
}

describe('A thousand streams of inboxes that share a hundred chats', () => {
  it('take less than 20 KB each, and little more when none of what is told is taken, however much that is', async function () {
    this.timeout(300_000)
    const server = aServer()
    const users = upTo(STREAMS).map((n) => aUser(`user-${n}`))
    const members = users.slice(0, 100).map(({ id }) => ({ userId: id, role: 'member' as const }))
    const chatIds: ChatId[] = []
    for (const _ of upTo(CHATS)) {
      const chatId = right(await server.act.open(ANYBODY, { members })).done.id
      for (const { id } of users.slice(100)) right(await server.act.put(ANYBODY, chatId, id, 'member'))
      chatIds.push(chatId)
    }
    const sendToAll = async () => {
      for (const chatId of chatIds) right(await server.act.send(ANYBODY, chatId))
      await server.quiet()
      server.fake.asked.length = 0
    }
    const stop = new AbortController()
    const stall = { isOn: false }
    let told = 0
    const take = async (batches: AsyncIterable<InboxBatch>) => {
      for await (const { events } of batches) {
        told += events.length
        if (stall.isOn) await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
      }
    }
    const before = await inUse()
    for (const { id: userId } of users) {
      const { batches } = right(await server.follow(ANYBODY, { userId, after: undefined })())
      void take(batches(stop.signal))
      await settled()
    }
    const bytes = async () => ((await inUse()) - before) / STREAMS
    await sendToAll()
    expect(told).to.equal(STREAMS * CHATS)
    expect(await bytes(), 'quiet').to.be.below(QUIET_BYTES)
    stall.isOn = true
    for (const _ of upTo(3)) await sendToAll()
    expect(await bytes(), 'stalled').to.be.below(STALLED_BYTES)
    stop.abort()
    await settled()
  })
})
