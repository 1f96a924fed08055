import { expect } from 'chai'
import { createClient, isProblem } from '../../src/client/index.ts'
import { createMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { rejection } from './rejection.ts'

/** Takes `/chat` off, as a proxy may whose service knows nothing of it. */
const takingOff =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  (input, init) =>
    fetch((input as string).replace('http://proxy/chat/', '/'), init)

describe('The client of a service below a path', () => {
  const hold = releasing()

  const ways: Readonly<Record<string, () => Promise<Parameters<typeof createClient>[0]>>> = {
    'that the service knows of': async () => {
      const messenger = hold(await served(memoryStorage(), { BASE_PATH: '/chat' }), ({ stop }) => stop())
      return { baseUrl: `${messenger.url}/` }
    },
    'that a proxy takes off': async () => {
      const messenger = hold(createMessenger(), ({ close }) => close())
      return { baseUrl: 'http://proxy/chat', fetch: takingOff(messenger.fetch) }
    },
  }

  for (const [title, connect] of Object.entries(ways))
    it(`turns pages, follows, and knows refusals: one ${title}`, async () => {
      const client = createClient(await connect())
      const chat = await client.createChat({ title: 'Release party', members: [{ user_id: 'bob', role: 'member' }] })
      for (const text of ['one', 'two', 'three']) await client.sendMessage(chat.id, { text })
      const page = await client.listMessages(chat.id, { limit: 2 })
      const next = await page.next?.()
      expect(next?.entries.map(({ text }) => text)).to.deep.equal(['one'])
      expect((await next?.previous?.())?.entries.map(({ text }) => text)).to.deep.equal(['three', 'two'])

      const events = client.follow(chat.id, { after: (page.revision ?? 0) - 1 })
      expect((await events.next()).value).to.containSubset({ type: 'message', message: { text: 'three' } })
      await events.return?.()
      const inbox = await client.getInbox('bob')
      expect([inbox.revision, inbox.position]).to.deep.equal([undefined, inbox.position])
      expect(inbox.position).to.be.a('string')

      const refusal = await rejection(client.getChat(99_999))
      expect([isProblem(refusal, 'not-found'), isProblem(refusal, 'forbidden')]).to.deep.equal([true, false])
    })
})
