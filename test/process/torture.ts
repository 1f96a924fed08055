import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { type Answer, aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { type Event, follow, type Stream } from '../stream.ts'

const CHATS = 20
const WRITERS = 12
const FOLLOWERS = 50
const CUTS = 200

const pick = <A>(from: readonly A[]): A => from[Math.floor(Math.random() * from.length)]!

/** The answer, which is as it was to be. */
const expected = async (answer: Promise<Answer<unknown>>, ...statuses: readonly number[]) => {
  const { status, text } = await answer
  expect(status, text).to.be.oneOf(statuses)
}

/** Posts, edits, deletes and renames at random until it is told to stop. */
const aWriter = async (client: Client, chats: readonly string[], stopped: () => boolean) => {
  for (let n = 0; !stopped(); n++) {
    const chat = pick(chats)
    const roll = Math.random()
    if (roll < 0.6) await expected(client.post(`${chat}/messages/`, { text: `message ${n}` }), 201)
    else if (roll < 0.65) await expected(client.patch(chat, { title: `title ${n}` }), 200)
    else {
      const { last_message_id: last } = (await client.get<ChatBody>(`${chat}?limit=1`)).json
      const message = `${chat}/messages/${1 + Math.floor(Math.random() * last)}`
      if (last === 0) continue
      // Another writer may have deleted it meanwhile.
      if (roll < 0.85) await expected(client.patch(message, { text: `edited ${n}` }), 200, 404)
      else await expected(client.delete(message), 204, 404)
    }
  }
}

/** What a follower made of the events: the newest state under each id. */
interface Folded {
  readonly messages: Map<number, Event['data']>
  title: string | undefined
  revision: number
}

/** Follows one chat over connections that are cut, and folds what it is told. */
const aFollower = (urls: () => string, chat: string) => {
  const folded: Folded = { messages: new Map(), title: undefined, revision: 0 }
  let stream: Stream | undefined
  const life = { done: false }
  let [connections, cuts] = [0, 0]
  let seen = 0

  const take = ({ id, event, data }: Event) => {
    expect(Number(id), 'ids only increase, over all connections').to.be.above(folded.revision)
    folded.revision = Number(id)
    if (event === 'chat') folded.title = data['title'] as string
    else folded.messages.set(data.id, data)
  }
  const takeAll = () => {
    for (; stream && seen < stream.events.length; seen++) take(stream.events[seen]!)
  }

  const running = (async () => {
    while (!life.done) {
      // A server that is there takes every follower, and ends no stream before it told something or was cut.
      stream = await follow(urls(), `${chat}/events?after=0`, { 'last-event-id': String(folded.revision) })
      seen = 0
      expect(stream.status).to.equal(200)
      connections += 1
      await stream.ended
      takeAll()
      await sleep(Math.random() * 20)
    }
  })()

  return {
    chat,
    folded,
    takeAll,
    cut: () => {
      cuts += 1
      stream?.cut()
    },
    stop: async () => {
      life.done = true
      stream?.cut()
      await running
      // Whoever comes back more often than it was cut off is ended for a reason that nobody knows.
      expect(connections, `connections to ${chat}, which was cut off ${cuts} times`).to.be.at.most(cuts + 1)
    },
  }
}

const everyMessage = async (client: Client, chat: string) => {
  const all: MessageBody[] = []
  for (let after = 0; ;) {
    const { json } = await client.get<MessageBody[]>(`${chat}/messages/?limit=100&order=asc&after=${after}`)
    all.push(...json)
    if (json.length < 100) return all
    after = json.at(-1)?.id ?? after
  }
}

export interface Torture {
  readonly writeTo: () => string
  readonly followAt: () => string
  readonly seconds: number
  /** Something bad, every second. */
  readonly meanwhile?: () => Promise<void>
}

/**
 * 12 writers on 20 chats, 50 followers that are cut 200 times: at the end what each follower folded is what is stored,
 * every id came in order, and nothing came twice.
 */
export const torture = async ({ writeTo, followAt, seconds, meanwhile }: Torture): Promise<number> => {
  const client = clientOf(writeTo())
  const chats: string[] = []
  for (let n = 0; n < CHATS; n++) chats.push(await aChatOn(client, `chat ${n}`))
  const followers = Array.from({ length: FOLLOWERS }, (_, n) => aFollower(followAt, chats[n % CHATS]!))

  let stopped = false
  const writers = Array.from({ length: WRITERS }, () => aWriter(client, chats, () => stopped))
  const end = performance.now() + seconds * 1000
  const cutting = (async () => {
    for (let cuts = 0; cuts < CUTS; cuts++) {
      await sleep((seconds * 1000) / CUTS)
      pick(followers).cut()
    }
  })()
  while (performance.now() < end) {
    await sleep(1000)
    await meanwhile?.()
  }
  stopped = true
  await Promise.all([...writers, cutting])

  let changes = 0
  try {
    for (const chat of chats) {
      const { headers, json } = await client.get<ChatBody>(`${chat}?limit=1`)
      const revision = Number(JSON.parse(headers.get('etag') ?? '"0"'))
      changes += revision
      const stored = await everyMessage(client, chat)
      for (const { folded, takeAll } of followers.filter((follower) => follower.chat === chat)) {
        const deadline = performance.now() + 10_000
        for (takeAll(); folded.revision < revision && performance.now() < deadline; takeAll()) await sleep(5)
        expect(folded.revision, `the follower of ${chat} is where the chat is`).to.equal(revision)
        const texts = [...folded.messages.values()].filter((message) => !('deleted_at' in message))
        expect(texts.toSorted((a, b) => a.id - b.id)).to.deep.equal(stored)
        expect(folded.messages.size).to.equal(json.last_message_id)
        if (folded.title !== undefined) expect(folded.title).to.equal(json.title)
      }
    }
  } finally {
    await Promise.all(followers.map((follower) => follower.stop()))
  }
  return changes
}
