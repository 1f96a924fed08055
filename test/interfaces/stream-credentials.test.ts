import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY } from '../../src/domain/caller.ts'
import { openContext } from '../../src/interfaces/http/endpoint/request-context.ts'
import { openingBlock } from '../../src/interfaces/http/events/event-frames.ts'
import { eventStreams } from '../../src/interfaces/http/events/event-streams.ts'
import { aService, aUser, bearer, type Tokens, tokens } from '../callers.ts'
import { aPublicChatOn, type Client, clientOf } from '../client.ts'
import { goal } from '../goal.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { connection, exchange } from '../wire.ts'

const CALLERS = {
  anna: aUser('anna'),
  'anna+1/x_y~z.w-==': aUser('anna'),
  backend: aService('read', 'write', 'act'),
  msgr_backend: aService('read', 'write', 'act'),
}

describe('An event stream', () => {
  const hold = releasing()
  let known: Tokens
  let client: Client
  let chat: string
  const lines: string[] = []

  beforeEach(async () => {
    lines.length = 0
    known = tokens(CALLERS)
    const messenger = hold(await served(memoryStorage(), {}, lines, known), ({ stop }) => stop())
    client = clientOf(messenger.url)
    chat = await aPublicChatOn(client, bearer('backend'))
  })

  const opened = async (query: string, headers: Record<string, string> = {}) =>
    hold(await follow(client.url, `${chat}/events${query}`, headers), ({ cut }) => cut())

  const refused = async (query: string, headers: Record<string, string> = {}) => {
    const answer = await client.get(`${chat}/events${query}`, headers)
    return [answer.status, answer.json.type]
  }

  it('takes the token of a user in its query, for whom cannot send headers', async () => {
    for (const token of ['anna', 'anna+1/x_y~z.w-=='])
      expect((await opened(`?access_token=${encodeURIComponent(token)}`)).status, token).to.equal(200)
    expect((await opened('?after=0&access_token=anna&on_behalf_of=anna')).status).to.equal(200)
    const several = await follow(client.url, `/events?chat_id=${chat.split('/')[2] ?? ''}&access_token=anna`)
    expect(hold(several, ({ cut }) => cut()).status).to.equal(200)
  })

  it('takes no key in its query, no credential beside another, and none that is not good', async () => {
    const unauthenticated = [401, '/problems/unauthenticated']
    for (const query of [
      '',
      '?access_token=',
      '?access_token=unknown',
      '?access_token=msgr_backend',
      '?access_token=msgr_unknown',
      '?access_token=backend',
      '?access_token=anna&access_token=anna',
      '?ACCESS_TOKEN=anna',
    ])
      expect(await refused(query), query).to.deep.equal(unauthenticated)
    const { json } = await client.get(`${chat}/events?access_token=msgr_unknown`)
    expect(json.detail, 'a key is told from a token that is not good').to.include('a key has no place in a URL')
    const malformed = [400, '/problems/malformed-request']
    expect(await refused('?access_token=anna', bearer('anna'))).to.deep.equal(malformed)
    expect(await refused('?access_token=', bearer('anna'))).to.deep.equal(malformed)
    expect(await refused('?access_token=anna', { authorization: '' })).to.deep.equal(malformed)
  })

  it('takes the user for whom a service acts in its query, or in the header, but not in both', async () => {
    expect((await opened('?on_behalf_of=anna', bearer('backend'))).status).to.equal(200)
    expect((await opened('?on_behalf_of=%21~%2C', bearer('backend'))).status).to.equal(200)
    expect(await refused('?on_behalf_of=bert', bearer('anna'))).to.deep.equal([403, '/problems/forbidden'])
    expect(await refused('?access_token=anna&on_behalf_of=bert')).to.deep.equal([403, '/problems/forbidden'])
    const invalid = [422, '/problems/validation-failed']
    for (const query of ['?on_behalf_of=', '?on_behalf_of=..', '?on_behalf_of=a%20b', '?on_behalf_of=a&on_behalf_of=a'])
      expect(await refused(query, bearer('backend')), query).to.deep.equal(invalid)
    const both = { ...bearer('backend'), 'on-behalf-of': 'anna' }
    expect(await refused('?on_behalf_of=anna', both)).to.deep.equal([400, '/problems/malformed-request'])
  })

  it('ends within a second of its credential, in order, and others go on', async () => {
    const socket = await connection(client.url, hold)
    let received = ''
    socket.on('data', (piece) => (received += String(piece)))
    socket.write(`GET ${chat}/events?access_token=anna HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    const other = await opened('', bearer('backend'))
    await client.post(`${chat}/messages/`, { text: 'before' }, bearer('backend'))
    await until(() => received.includes('"before"'))
    expect(socket.destroyed).to.equal(false)

    const revokedAt = performance.now()
    known.revoke('anna')
    await once(socket, 'close')
    expect(performance.now() - revokedAt, 'milliseconds').to.be.below(goal(1000))
    expect(received.endsWith('\r\n0\r\n\r\n'), 'as HTTP ends what has no length').to.equal(true)

    await client.post(`${chat}/messages/`, { text: 'after' }, bearer('backend'))
    expect((await other.received(2)).map(({ data }) => data['text'])).to.deep.equal(['before', 'after'])
    expect(received).to.not.include('"after"')
    expect(await refused('?access_token=anna')).to.deep.equal([401, '/problems/unauthenticated'])
  })

  it('and what else is asked leaves no credential, no user and no query in the log', async () => {
    const streams = [await opened('?access_token=anna'), await opened('?on_behalf_of=carl', bearer('backend'))]
    expect(streams.map(({ status }) => status)).to.deep.equal([200, 200])
    const statuses = [
      (await client.get('/chats/?access_token=SECRET', { ...bearer('backend'), 'on-behalf-of': 'carl' })).status,
      (await client.get('/chats/', bearer('SECRET'))).status,
      (await client.get('/chats/', bearer('unavailable'))).status,
      (await client.get('/nowhere?access_token=SECRET', bearer('SECRET'))).status,
      (await client.get('/chats/%zz?access_token=SECRET', bearer('SECRET'))).status,
      (await client.get(`${chat}/events?access_token=msgr_SECRET`)).status,
      (await client.request('PUT', '/chats/?access_token=SECRET', { headers: bearer('SECRET') })).status,
      (await client.get('/chats/', { authorization: 'Basic SECRET' })).status,
    ]
    expect(statuses).to.deep.equal([200, 401, 503, 404, 401, 401, 405, 401])
    for (const sent of [
      'GET /chats/?access_token=SECRET HTTP/1.1\r\nAuthorization: Bearer SECRET\r\nConnection: close\r\n\r\n',
      `GET /chats/?access_token=SECRET HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer SECRET${'x'.repeat(20_000)}\r\n\r\n`,
      'GET /chats/?access_token=SECRET HTTP/1.1\r\nHost: x\r\nAuthorization Bearer SECRET\r\n\r\n',
    ])
      expect((await exchange(client.url, [sent], hold))[0]?.status).to.be.oneOf([400, 431])
    for (const stream of streams) stream.cut()
    const ofRequests = () => lines.filter((line) => line.includes('"route"'))
    // A chat that was opened, two streams, eight requests, and the one of three that became one.
    await until(() => ofRequests().length >= 12)
    for (const word of ['backend', 'anna', 'carl', 'SECRET', 'msgr_', 'access_token', 'on_behalf_of', 'earer'])
      expect(lines.join('\n'), word).to.not.include(word)
  })
})

describe('Credentials of streams', () => {
  const hold = releasing()

  it('are looked at by one timer for all, which runs while there are any', async () => {
    const running = new Map<number, () => void>()
    const streams = eventStreams(
      { streams: 10, stall: 60_000, heartbeat: 15_000 },
      {
        beats: (beat, milliseconds) => {
          expect(running.has(milliseconds), 'one timer of a kind').to.equal(false)
          running.set(milliseconds, beat)
          return () => void running.delete(milliseconds)
        },
      },
    )
    const good = new Set(['/1', '/2'])
    const server = createServer((req, res) => {
      const { url = '' } = req
      const context = openContext(req, res)
      if (url !== '/open') context.holds = () => good.has(url)
      const beginning = {
        kind: 'chat' as const,
        opening: openingBlock('7'),
        items: async function* (stop: AbortSignal) {
          if (!stop.aborted) await once(stop, 'abort')
          yield []
        },
        render: () => [],
      }
      void streams
        .begin(async () => E.right(beginning), ANYBODY)()
        .then((reply) => {
          if (E.isLeft(reply)) return void res.writeHead(503).end()
          res.writeHead(200)
          reply.right.stream?.(res)
        })
    })
    hold(server.listen(0, '127.0.0.1'), (it) => {
      it.closeAllConnections()
      it.close()
    })
    await once(server, 'listening')
    const open = async (path: string) => {
      const { port } = server.address() as AddressInfo
      const [response] = (await once(get({ port, path, agent: false }), 'response')) as [IncomingMessage]
      const stream = { response, hasEnded: false }
      response.resume().once('end', () => void (stream.hasEnded = true))
      return stream
    }

    const openToAll = await open('/open')
    expect([...running.keys()], 'nothing to look at').to.deep.equal([15_000])
    const [first, second] = [await open('/1'), await open('/2')]
    const [looking = 0] = [...running.keys()].filter((milliseconds) => milliseconds !== 15_000)
    expect(looking).to.be.within(1, 1000)

    running.get(looking)?.()
    good.delete('/1')
    running.get(looking)?.()
    await until(() => first.hasEnded && streams.open() === 2)
    expect([second.hasEnded, openToAll.hasEnded, running.has(looking)]).to.deep.equal([false, false, true])
    good.clear()
    running.get(looking)?.()
    await until(() => second.hasEnded && streams.open() === 1)
    expect([openToAll.hasEnded, [...running.keys()]]).to.deep.equal([false, [15_000]])
    streams.end()
    await until(() => openToAll.hasEnded)
  })
})
