import { expect } from 'chai'
import { type ChatEvent, type Client, createClient, etagOf, isProblem, isTombstone } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { until } from '../until.ts'
import { rejection } from './rejection.ts'

describe('Following', () => {
  let messenger: TestMessenger
  let client: Client

  /** Who still follows when the test is over, since it failed, would come back for ever: it waits for ever instead. */
  let isOver = false
  const wait = (): Promise<void> => (isOver ? new Promise(() => {}) : Promise.resolve())

  beforeEach(async () => {
    isOver = false
    messenger = createMessenger()
    client = createClient({ fetch: messenger.fetch, wait })
    await client.createChat({ title: 'Release party' })
  })
  afterEach(async () => {
    isOver = true
    await messenger.close()
  })

  const send = (text: string, chatId = 1) => client.sendMessage(chatId, { text })

  const taken = async (events: AsyncIterable<ChatEvent>, count: number, each?: (n: number) => unknown) => {
    const all: ChatEvent[] = []
    for await (const event of events) {
      all.push(event)
      await each?.(all.length)
      if (all.length === count) break
    }
    return all
  }
  const ids = (events: readonly ChatEvent[]) => events.map((event) => event.type === 'message' && event.message.id)

  it('tells what happened since a revision and then what happens, as the client returns it', async () => {
    const first = await send('hello')
    const events = await taken(client.follow(1, { after: 0 }), 5, async (n) => {
      if (n === 1) await client.editMessage(1, 1, { text: 'hello!' })
      if (n === 2) await client.updateChat(1, { title: 'Friday' })
      if (n === 3) await client.deleteMessage(1, 1)
      if (n === 4) await client.deleteChat(1)
    })
    const [sent, edited, renamed, erased, gone] = events
    expect(sent).to.deep.equal({ type: 'message', message: first, position: '1' })
    expect(edited?.type === 'message' && !isTombstone(edited.message) && edited.message.text).to.equal('hello!')
    expect(edited?.type === 'message' && etagOf(edited.message)).to.equal('"2"')
    expect(renamed?.type === 'chat' && renamed.chat.title).to.equal('Friday')
    expect(erased?.type === 'message' && isTombstone(erased.message)).to.equal(true)
    expect(gone).to.deep.equal({ type: 'chat_deleted', chat_id: 1, position: undefined })
  })

  it('says when the stream is there, when it was lost, and when it is back: each once', async () => {
    const said: boolean[] = []
    const onConnection = (isConnected: boolean) => void said.push(isConnected)
    await send('one')
    await taken(client.follow(1, { after: 0, onConnection }), 3, async (n) => {
      if (n === 1) {
        messenger.fail('unavailable', 'followChat')
        messenger.cutStreams()
        await send('two')
      }
      if (n === 2) await send('three')
    })
    expect(said).to.deep.equal([true, false, true])
  })

  it('ends by itself when the chat is deleted', async () => {
    await send('hello')
    const told: string[] = []
    for await (const { type } of client.follow(1, { after: 0 })) {
      told.push(type)
      if (told.length === 1) await client.deleteChat(1)
    }
    expect(told).to.deep.equal(['message', 'chat_deleted'])
  })

  it('tells everything once and in order, however often it is cut off', async () => {
    const writing = (async () => {
      for (let n = 1; n <= 60; n++) {
        await send(`message ${n}`)
        if (n % 5 === 0) messenger.cutStreams()
      }
    })()
    const [events] = await Promise.all([taken(client.follow(1, { after: 0 }), 60), writing])
    expect(ids(events)).to.deep.equal(Array.from({ length: 60 }, (_, n) => n + 1))
  })

  it('loses nothing when it is cut off before the first event', async () => {
    let breaks = 0
    let opened = 0
    const waiting = createClient({
      fetch: async (input, init) => {
        const response = await messenger.fetch(input, init)
        return new Response(response.body!.pipeThrough(cutAfterFirst(() => ++opened === 1)), response)
      },
      // While it waits to come back, a message is sent.
      wait: async () => {
        if (++breaks === 1) await send('meanwhile')
        await wait()
      },
    })
    expect(ids(await taken(waiting.follow(1), 1))).to.deep.equal([1])
    expect(breaks).to.equal(1)
  })

  it('comes back to a service that is away for a while', async () => {
    await send('before')
    const events = await taken(client.follow(1, { after: 0 }), 2, async (n) => {
      if (n > 1) return
      for (let fault = 0; fault < 9; fault++) messenger.fail('unavailable', 'followChat')
      messenger.fail('lost-answer', 'followChat')
      await send('after')
      messenger.cutStreams()
    })
    expect(ids(events)).to.deep.equal([1, 2])
  })

  it('tells of a chat that was deleted while it was away', async () => {
    await send('hello')
    const events = await taken(client.follow(1, { after: 0 }), 2, async (n) => {
      if (n > 1) return
      messenger.fail('unavailable', 'followChat')
      messenger.cutStreams()
      await client.deleteChat(1)
    })
    expect(events.map(({ type }) => type)).to.deep.equal(['message', 'chat_deleted'])
  })

  it('throws what is refused from the start, and a service that never answers', async () => {
    expect(isProblem(await rejection(taken(client.follow(99), 1)), 'not-found')).to.equal(true)
    expect(isProblem(await rejection(taken(client.follow(1, { after: 7 }), 1)), 'validation-failed')).to.equal(true)
    const nowhere = createClient({
      fetch: async () => Promise.reject(new TypeError('no network')),
      wait: async () => {},
    })
    expect(await rejection(taken(nowhere.follow(1), 1))).to.include({ message: 'no network' })
  })

  it('ends when the caller says so: before it begins, while it waits, or by leaving the loop', async () => {
    expect(await taken(client.follow(1, { signal: AbortSignal.abort() }), 1)).to.deep.equal([])
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 10)
    expect(await taken(client.follow(1, { signal: controller.signal }), 1)).to.deep.equal([])
    await send('hello')
    await taken(client.follow(1, { after: 0 }), 1)
    await until(async () => (await openStreams()) === 0)
  })

  const openStreams = async () => {
    const text = await (await messenger.fetch('/metrics')).text()
    return Number(/^event_streams_open (\d+)/m.exec(text)?.[1])
  }

  /** Passes a stream on, and cuts it once its reader has the first piece. */
  const cutAfterFirst = (isMeant: () => boolean) => {
    let isFirst = true
    return new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, controller) => {
        controller.enqueue(piece)
        if (isFirst && isMeant()) setImmediate(messenger.cutStreams)
        isFirst = false
      },
    })
  }

  it('begins exactly where a page of messages ends', async () => {
    await send('on the page')
    const page = await client.listMessages(1)
    await send('after the page')
    expect(ids(await taken(client.follow(1, { after: page.revision }), 1))).to.deep.equal([2])
  })

  it('follows several chats at once, resumes in each, and ends with the last of them', async () => {
    const { id: other } = await client.createChat({ title: 'Another' })
    const told: (string | number)[] = []
    const following = (async () => {
      for await (const event of client.followAll([1, other])) {
        told.push(event.type === 'message' ? event.message.chat_id : event.type)
        if (told.length === 1) messenger.cutStreams()
      }
    })()
    await until(async () => (await openStreams()) === 1)
    for (const chatId of [1, other, 1]) await send('hello', chatId)
    // Of a chat that is deleted while it is away, nothing else is told.
    await until(() => told.length === 3)
    await client.deleteChat(1)
    await client.deleteChat(other)
    await following
    expect(told.slice().sort()).to.deep.equal([1, 1, other, 'chat_deleted', 'chat_deleted'])
  })
})
