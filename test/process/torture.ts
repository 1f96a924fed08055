import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { type Answer, aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { type Event, follow, type Stream } from '../stream.ts'
import { until } from '../until.ts'

const CHATS = 20
const WRITERS = 12
const FOLLOWERS = 50
const CUTS = 200

const pick = <A>(from: readonly A[]): A => from[Math.floor(Math.random() * from.length)]!

/** The answer, which is as it was to be; whether a change was made. */
const expected = async (answer: Promise<Answer<unknown>>, ...statuses: readonly number[]) => {
  const { status, text } = await answer
  expect(status, text).to.be.oneOf(statuses)
  return status < 300
}

/** Posts, edits, deletes and renames at random until it is told to stop; says so when a change was made. */
const aWriter = async (client: Client, chats: readonly string[], stopped: () => boolean, made: () => void) => {
  for (let n = 0; !stopped(); n++) {
    const chat = pick(chats)
    const roll = Math.random()
    const change = async () => {
      if (roll < 0.6) return expected(client.post(`${chat}/messages/`, { text: `message ${n}` }), 201)
      if (roll < 0.65) return expected(client.patch(chat, { title: `title ${n}` }), 200)
      const { last_message_id: last } = (await client.get<ChatBody>(`${chat}?limit=1`)).json
      const message = `${chat}/messages/${1 + Math.floor(Math.random() * last)}`
      if (last === 0) return false
      // Another writer may have deleted it meanwhile.
      return roll < 0.85
        ? expected(client.patch(message, { text: `edited ${n}` }), 200, 404)
        : expected(client.delete(message), 204, 404)
    }
    if (await change()) made()
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
  let done = false
  const isDone = () => done
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
    while (!isDone()) {
      // A server that is there takes every follower, and ends no stream before it told something or was cut.
      stream = await follow(urls(), `${chat}/events?after=0`, { 'last-event-id': String(folded.revision) })
      seen = 0
      expect(stream.status).to.equal(200)
      connections += 1
      // Told to stop while it connected: nobody else will cut this one.
      if (isDone()) stream.cut()
      await stream.ended
      takeAll()
      await sleep(Math.random() * 20)
    }
  })()
  // Whoever stops it hears of its failure; until then that must not end the tests.
  running.catch(() => undefined)

  return {
    chat,
    folded,
    takeAll,
    cut: () => {
      cuts += 1
      stream?.cut()
    },
    stop: async () => {
      done = true
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
  /** How many changes are made. */
  readonly changes: number
  /** Something bad, four times on the way. */
  readonly meanwhile?: () => Promise<void>
}

/** What a follower folded is what is stored. */
const expectWhole = async (client: Client, chat: string, followers: readonly ReturnType<typeof aFollower>[]) => {
  const { headers, json } = await client.get<ChatBody>(`${chat}?limit=1`)
  const revision = Number(JSON.parse(headers.get('etag') ?? '"0"'))
  const stored = await everyMessage(client, chat)
  for (const { folded, takeAll } of followers) {
    await until(() => {
      takeAll()
      return folded.revision >= revision
    })
    expect(folded.revision, `the follower of ${chat} is where the chat is`).to.equal(revision)
    const texts = [...folded.messages.values()].filter((message) => !('deleted_at' in message))
    expect(texts.toSorted((a, b) => a.id - b.id)).to.deep.equal(stored)
    expect(folded.messages.size).to.equal(json.last_message_id)
    if (folded.title !== undefined) expect(folded.title).to.equal(json.title)
  }
}

/**
 * 12 writers on 20 chats, 50 followers that are cut 200 times, evenly over the changes: at the end what each follower folded
 * is what is stored, every id came in order, and nothing came twice.
 */
export const torture = async ({ writeTo, followAt, changes, meanwhile }: Torture): Promise<void> => {
  const client = clientOf(writeTo())
  const chats: string[] = []
  for (let n = 0; n < CHATS; n++) chats.push(await aChatOn(client, `chat ${n}`))
  const followers = Array.from({ length: FOLLOWERS }, (_, n) => aFollower(followAt, chats[n % CHATS]!))
  let [made, stopped] = [0, false]
  const writers = Promise.all(
    Array.from({ length: WRITERS }, () =>
      aWriter(
        client,
        chats,
        () => stopped,
        () => made++,
      ),
    ),
  )

  const cutting = async () => {
    for (let cuts = 1; cuts <= CUTS; cuts++) {
      await until(() => stopped || made >= (changes * cuts) / CUTS)
      if (stopped) return
      pick(followers).cut()
      if (cuts % (CUTS / 4) === 0) await meanwhile?.()
    }
  }

  try {
    await Promise.race([writers, cutting()])
    stopped = true
    await writers
    for (const chat of chats)
      await expectWhole(
        client,
        chat,
        followers.filter((follower) => follower.chat === chat),
      )
  } finally {
    stopped = true
    await Promise.allSettled([writers, ...followers.map((follower) => follower.stop())])
  }
  // One that failed by itself says how.
  await Promise.all(followers.map((follower) => follower.stop()))
}
