import { setTimeout as sleep } from 'node:timers/promises'
import { TEXT } from '../database.ts'
import { counterOf } from '../event-ends.ts'
import { followStream, poster } from '../event-stream.ts'
import { summaryOf } from '../measurement.ts'
import { obey } from '../worker.ts'
import type { FollowingCommand, FollowingReply } from './followers.ts'
import { newestTold } from './newest-told.ts'

/*
 * All followers of inboxes in one process. What reaches them is counted; a few are watched, whose entries are read to see when a
 * message has reached them: reading them all would take more of the machine than the service does.
 */
const [url = '', followers = '0', chats = '0'] = process.argv.slice(2)
const WATCHED = 20
const OPENED_AT_A_TIME = 50
const PATIENCE_MS = 30_000
/** Longer than a round of entries and its rest. */
const QUIET_MS = 1000

const ENTRY = 'event: entry\n'

let arrived = 0
/** Of each of the watched, by chat, the newest message that it was told. */
const watched = Array.from({ length: WATCHED }, () => new Map<number, number>())
let onTold = () => {}

const follow = (follower: number) => {
  const count = counterOf(ENTRY, (entries) => (arrived += entries))
  const newest = watched[follower]
  const read = newest
    ? newestTold((chatId, messageId) => {
        newest.set(chatId, messageId)
        onTold()
      })
    : () => {}
  const name = `follower-${follower}`
  const onEvents = (chunk: Buffer) => {
    count(chunk)
    read(chunk)
  }
  return followStream(url, `/users/${name}/inbox/events`, onEvents, { 'On-Behalf-Of': name })
}

const open = async () => {
  for (let n = 0; n < Number(followers); n += OPENED_AT_A_TIME)
    await Promise.all(Array.from({ length: OPENED_AT_A_TIME }, (_, i) => follow(n + i)))
}

/** How many milliseconds after `since` each of the watched was told the message, or a later one of the chat. */
const timesOf = (chatId: number, messageId: number, since: number) =>
  new Promise<readonly number[]>((resolve, reject) => {
    const times = new Map<number, number>()
    const timer = setTimeout(() => reject(new Error(`${times.size} of ${WATCHED} were told a message`)), PATIENCE_MS)
    onTold = () => {
      watched.forEach((newest, index) => {
        if ((newest.get(chatId) ?? 0) >= messageId && !times.has(index)) times.set(index, performance.now() - since)
      })
      if (times.size < WATCHED) return
      clearTimeout(timer)
      onTold = () => {}
      resolve([...times.values()])
    }
    onTold()
  })

const send = poster(url)
const body = JSON.stringify({ text: TEXT })

/** Messages one at a time, each when the one before has reached all who are watched. Entries of all are counted meanwhile. */
const probe = async (seconds: number): Promise<FollowingReply> => {
  const [before, startedAt] = [arrived, performance.now()]
  const times: number[] = []
  while (performance.now() < startedAt + seconds * 1000) {
    const chatId = 1 + Math.floor(Math.random() * Number(chats))
    const since = performance.now()
    const { answer } = await send(`/chats/${chatId}/messages/`, body)
    times.push(...(await timesOf(chatId, (JSON.parse(answer) as { id: number }).id, since)))
  }
  const took = (performance.now() - startedAt) / 1000
  const entries = arrived - before
  return { measured: { ...summaryOf(times, took), perSecond: entries / took, count: entries } }
}

interface Entry {
  readonly chat: { readonly id: number; readonly last_message_id: number }
}

/** Rests until the watched were told the newest message of each chat that they were told anything of, and then nobody of anything. */
const settle = async (): Promise<FollowingReply> => {
  const inbox = (await (await fetch(`${url}/users/follower-0/inbox/?limit=100`)).json()) as readonly Entry[]
  const deadline = Date.now() + PATIENCE_MS
  const isBehind = () =>
    watched.some((newest) => inbox.some(({ chat }) => (newest.get(chat.id) ?? Infinity) < chat.last_message_id))
  while (isBehind()) {
    if (Date.now() > deadline) throw new Error('followers were not all told the newest')
    await sleep(20)
  }
  for (let before = -1; before < arrived;) {
    before = arrived
    await sleep(QUIET_MS)
  }
  return {}
}

obey(async (command: FollowingCommand): Promise<FollowingReply> => {
  if (command.kind === 'probe') return probe(command.seconds)
  if (command.kind === 'settle') return settle()
  await open()
  return {}
})
