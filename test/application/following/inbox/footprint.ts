import type { InboxBatch } from '../../../../src/application/following/inbox/inbox-event.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { aUser, right, upTo } from '../../../fixtures.ts'
import { settled } from '../fakes.ts'
import { aServer } from './fakes.ts'

/*
 * Run with --expose-gc, in a process of its own: what others leave on the heap is not this one's. Prints what a stream takes: as
 * it waits for something to happen, and with an entry of each chat that it has not taken.
 */

const [STREAMS, CHATS] = process.argv.slice(2).map(Number) as [number, number]

/** Bytes on the heap that are in use. */
const inUse = async () => {
  await settled()
  gc?.()
  gc?.()
  return process.memoryUsage().heapUsed
}

const server = aServer()
const users = upTo(STREAMS).map((n) => aUser(`user-${n}`))
const members = users.slice(0, 100).map(({ id }) => ({ userId: id, role: 'member' as const }))
const chatIds: ChatId[] = []
for (const _ of upTo(CHATS)) {
  const chatId = right(await server.act.open(ANYBODY, { members })).done.id
  for (const { id } of users.slice(100)) right(await server.act.put(ANYBODY, chatId, id, 'member'))
  chatIds.push(chatId)
}
const sendTo = async (ids: readonly ChatId[]) => {
  for (const chatId of ids) right(await server.act.send(ANYBODY, chatId))
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
await sendTo(chatIds)
// Whoever waits for a batch may hold the one before it, or not, as the compiler has come along: a small one is no matter.
await sendTo(chatIds.slice(0, 1))
const quiet = { told, bytes: await bytes() }
stall.isOn = true
for (const _ of upTo(3)) await sendTo(chatIds)
const stalled = { bytes: await bytes() }
stop.abort()
await settled()
console.log(JSON.stringify({ told: quiet.told, quiet: quiet.bytes, stalled: stalled.bytes }))
