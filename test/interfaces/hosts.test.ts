import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aUser, tokens } from '../callers.ts'
import { record } from '../recorder.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { exchange } from '../wire.ts'

const GOOD = [
  'localhost',
  'LOCALHOST:8000',
  'messenger:80',
  '127.0.0.1',
  '127.0.0.1:8000',
  '192.0.2.7',
  '[::1]',
  '[::1]:8000',
  '[::ffff:127.0.0.1]:8000',
  '',
  'chat.example.org',
  'Chat.Example.ORG:8443',
]

const BAD = [
  'evil.example',
  'evil.example:8000',
  'localhost.evil.example',
  'chat.example.org.evil.example',
  'evil.chat.example.org',
  'chat.example.org.',
  'localhost.',
  '127.0.0.1.evil.example',
  '127.0.0.1.',
  '127.0.0.256',
  '127.1.example',
]

const TARGETS = [
  'GET /chats/',
  'GET /livez',
  'GET /docs/',
  'GET /nowhere',
  'OPTIONS /chats/',
  'PUT /chats/',
  'GET /chats/%zz',
]

describe('The name that a request calls the server', () => {
  const hold = releasing()

  const ask = async ({ url }: Messenger, line: string, host: string) => {
    const sent = `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    const [answer] = await exchange(url, [sent], hold)
    const [method = '', target = ''] = line.split(' ')
    if (!answer) throw new Error(`no answer to ${sent}`)
    if (method !== 'OPTIONS') record({ method, target, ...answer })
    return answer
  }

  it('while authentication is off is an address, one without a dot, or one that is allowed', async () => {
    const messenger = hold(
      await served(memoryStorage(), { ALLOWED_HOSTS: 'a.example, Chat.example.org' }),
      ({ stop }) => stop(),
    )
    for (const host of GOOD) expect((await ask(messenger, 'GET /chats/', host)).status, host).to.equal(200)
    for (const host of BAD) {
      const { status, body } = await ask(messenger, 'GET /chats/', host)
      expect(status, host).to.equal(421)
      expect(JSON.parse(body), host).to.include({ type: '/problems/misdirected-request', status: 421 })
    }
  })

  it('is looked at wherever the request leads, and each time', async () => {
    const messenger = hold(await served(memoryStorage()), ({ stop }) => stop())
    for (const line of TARGETS)
      for (const [host, refused] of [
        ['localhost', false],
        ['evil.example', true],
        ['evil.example', true],
        ['localhost', false],
      ] as const)
        expect((await ask(messenger, line, host)).status === 421, `${line} at ${host}`).to.equal(refused)
  })

  it('may be any where everybody says who they are', async () => {
    const known = tokens({ anna: aUser('anna') })
    const messenger = hold(await served(memoryStorage(), {}, undefined, known), ({ stop }) => stop())
    for (const host of BAD) expect((await ask(messenger, 'GET /chats/', host)).status, host).to.equal(401)
  })
})
