import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'

interface Said {
  readonly chat: number
  readonly text: string
  readonly id: number
}

/** Those who say things in some chats, and how they were answered. */
export interface Senders {
  /** Answers by their status. */
  readonly statuses: ReadonlyMap<number, number>
  /** What became of reading the newest message after each that was said: `there`, `missed`, or another status than 200. */
  readonly reads: readonly string[]
  /** Milliseconds that the slowest of them took. */
  readonly slowest: () => number
  readonly said: readonly Said[]
  /** Ends them, once all that they are saying is said. */
  readonly stop: () => Promise<void>
}

/** Asks it to make something once, under the key. */
export const post = async ({ url }: Messenger, path: string, body: object, key: string) => {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as { readonly id: number } }
}

export const openChats = async (messenger: Messenger, count: number): Promise<void> => {
  for (let n = 0; n < count; n++)
    expect((await post(messenger, '/chats/', { title: `chat ${n}` }, randomUUID())).status).to.equal(201)
}

const newestOf = async ({ url }: Messenger, chat: number, id: number): Promise<string> => {
  const response = await fetch(`${url}/chats/${chat}/messages/?limit=1`)
  const body = (await response.json()) as readonly { readonly id: number }[]
  if (response.status !== 200) return String(response.status)
  return (body[0]?.id ?? 0) >= id ? 'there' : 'missed'
}

/** Each says one thing until it is said, whatever becomes of each try, so that none is left in doubt. */
export const startSenders = (messenger: Messenger, chats: readonly number[], count: number): Senders => {
  const said: Said[] = []
  const statuses = new Map<number, number>()
  const reads: string[] = []
  let slowest = 0
  let isOver = false
  const sender = async () => {
    while (!isOver) {
      const chat = chats[Math.floor(Math.random() * chats.length)] ?? 0
      const text = randomUUID()
      for (;;) {
        const since = performance.now()
        const { status, body } = await post(messenger, `/chats/${chat}/messages/`, { text }, text)
        slowest = Math.max(slowest, performance.now() - since)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 201) {
          said.push({ chat, text, id: body.id })
          reads.push(await newestOf(messenger, chat, body.id))
          break
        }
        await sleep(50)
      }
    }
  }
  const all = Array.from({ length: count }, sender)
  return {
    statuses,
    reads,
    said,
    slowest: () => slowest,
    stop: async () => {
      isOver = true
      await Promise.all(all)
    },
  }
}

const messagesOf = async ({ url }: Messenger, chat: number) => {
  const all: { readonly id: number; readonly text: string }[] = []
  for (;;) {
    const page = await fetch(`${url}/chats/${chat}/messages/?limit=100&after=${all.at(-1)?.id ?? 0}`)
    expect(page.status).to.equal(200)
    const entries = ((await page.json()) as typeof all).toReversed()
    all.push(...entries)
    if (entries.length < 100) return all
  }
}

/** Holds what is in the chats to what was said there: none is lost, none is there twice, and each has its number. */
export const expectAllSaid = async (messenger: Messenger, chats: readonly number[], said: readonly Said[]) => {
  for (const chat of chats) {
    const found = await messagesOf(messenger, chat)
    expect(found.map(({ id }) => id)).to.deep.equal(found.map((_, index) => index + 1))
    expect(found.map(({ id, text }) => ({ chat, id, text }))).to.have.deep.members(
      said.filter((one) => one.chat === chat),
    )
  }
}
