import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { type Client, clientOf } from '../client.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, memoryStorage, served } from '../served.ts'

describe('A messenger whose storage does not answer', () => {
  let messenger: Messenger
  let client: Client
  const lines: string[] = []

  before(async () => {
    messenger = await served(brokenStorage(), {}, lines)
    client = clientOf(messenger.url)
  })
  after(() => messenger.stop())

  const operations = [
    ['GET', '/chats/'],
    ['POST', '/chats/', '{"title":"x"}'],
    ['GET', '/chats/1'],
    ['PATCH', '/chats/1', '{"title":"x"}'],
    ['DELETE', '/chats/1'],
    ['GET', '/chats/1/messages/'],
    ['POST', '/chats/1/messages/', '{"text":"x"}'],
    ['GET', '/chats/1/messages/1'],
    ['PATCH', '/chats/1/messages/1', '{"text":"x"}'],
    ['DELETE', '/chats/1/messages/1'],
    ['PUT', '/chats/1/messages/1/reactions/ok'],
    ['DELETE', '/chats/1/messages/1/reactions/ok'],
    ['GET', '/chats/1/messages/1/reactions/?reaction=ok'],
    ['GET', '/chats/1/members/bob/reactions/'],
    ['GET', '/readyz'],
  ] as const

  for (const [method, target, body] of operations)
    it(`answers ${method} ${target} with 503 and when to try again`, async () => {
      const init = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }
      const answer = await client.request(method, target, init)
      expect(answer.status).to.equal(503)
      expect(answer.headers.get('retry-after')).to.equal('1')
      expect(answer.json.type).to.equal('/problems/unavailable')
    })

  it('is alive all the same', async () => {
    expect((await client.get('/livez')).status).to.equal(200)
  })

  it('tells the log why, and the client not', async () => {
    const answer = await client.get('/chats/1')
    expect(answer.text).to.not.include('out of order')
    expect(lines.some((line) => line.includes('out of order'))).to.equal(true)
  })
})

describe('A messenger with a defect', () => {
  const hold = releasing()

  it('answers 500 without a word of its inside, logs the cause and goes on', async () => {
    const lines: string[] = []
    const storage = memoryStorage()
    const find = () => async () => {
      throw new TypeError('at the inside (node_modules)')
    }
    const broken = { ...storage, chats: { ...storage.chats, findMessage: find } }
    const messenger = hold(await served(broken, {}, lines), ({ stop }) => stop())
    const client = clientOf(messenger.url)
    const answer = await client.get('/chats/1/messages/1')
    expect(answer.status).to.equal(500)
    expect(answer.json.type).to.equal('/problems/internal-error')
    expect((await client.get('/livez')).status).to.equal(200)
    expect(lines.some((line) => line.includes('at the inside'))).to.equal(true)
  })
})
