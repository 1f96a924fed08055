import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { parse } from 'yaml'
import type { Chat } from '../../src/client/schemas.ts'
import type { Messenger } from '../../src/messenger.ts'
import { memoryStorage, served } from '../served.ts'

describe('A service below a path', () => {
  const lines: string[] = []
  let messenger: Messenger
  let origin: string

  before(async () => {
    messenger = await served(memoryStorage(), { BASE_PATH: '/team/chat-1.0' }, lines)
    origin = new URL(messenger.url).origin
  })
  after(() => messenger.stop())

  const get = (target: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(origin + target, { method, redirect: 'manual', headers })
  const make = async (target: string, value: object) =>
    fetch(origin + target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    })
  const statusOf = async (target: string, headers?: Record<string, string>) => (await get(target, headers)).status

  it('says where it is, the path included', () => {
    expect(messenger.url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/team\/chat-1\.0$/)
  })

  it('answers below the path, and has nothing beside it', async () => {
    for (const target of ['/team/chat-1.0/', '/team/chat-1.0/chats', '/team/chat-1.0/chats/?limit=1'])
      expect(await statusOf(target), target).to.equal(200)
    for (const target of ['/', '/chats/', '/team', '/team/chat-1.01/chats/', '/team/chat-1.0chats/', '/Team/chat-1.0/'])
      expect(await statusOf(target), target).to.equal(404)
    for (const target of ['/docs/', '/openapi.yaml', '/problems/not-found', '//team/chat-1.0/chats/'])
      expect(await statusOf(target), target).to.equal(404)
  })

  it('leads from the path itself to what stands there, where relative links are right', async () => {
    for (const [asked, location] of [
      ['', '/team/chat-1.0/'],
      ['?a=b', '/team/chat-1.0/?a=b'],
    ]) {
      const { status, headers } = await get(`/team/chat-1.0${asked ?? ''}`)
      expect([status, headers.get('location')]).to.deep.equal([308, location])
    }
  })

  it('answers probes and metrics with the path and without it, and nothing else of theirs', async () => {
    for (const target of ['/livez', '/readyz', '/readyz/', '/readyz?full', '/metrics']) {
      expect(await statusOf(target), target).to.equal(200)
      expect(await statusOf(`/team/chat-1.0${target}`), target).to.equal(200)
    }
    const refused = await get('/readyz', {}, 'DELETE')
    expect([refused.status, refused.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, OPTIONS'])
  })

  it('says Location and Link below the path, and they lead there', async () => {
    const opened = await make('/team/chat-1.0/chats/', { title: 'Release party' })
    const location = opened.headers.get('location') ?? ''
    expect(location).to.equal(`/team/chat-1.0/chats/${((await opened.json()) as Chat).id}`)
    expect(await statusOf(location)).to.equal(200)
    for (const text of ['one', 'two', 'three']) await make(`${location}/messages/`, { text })
    const page = await get(`${location}/messages/?limit=2`)
    const links = Array.from((page.headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g))
    expect(links.map(([, path, rel]) => [path, rel])).to.deep.equal([
      [`${location}/messages/?limit=2&before=2`, 'next'],
      [`${location}/events?after=3`, 'monitor'],
    ])
    expect(await statusOf(links[0]?.[1] ?? '')).to.equal(200)
  })

  it('gives problems types below the path, each with its page, on bare sockets and beside the path as well', async () => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.end('nonsense\r\n\r\n')
    const bare = await text(socket)
    const others = await Promise.all(
      ['/team/chat-1.0/chats/9', '/elsewhere', '/team/chat-1.0/docs/none'].map(async (target) =>
        (await get(target)).text(),
      ),
    )
    const types = [bare, ...others].map((answer) => /"type":"([^"]+)"/.exec(answer)?.[1] ?? '')
    expect(types).to.deep.equal([
      '/team/chat-1.0/problems/malformed-request',
      ...Array.from({ length: 3 }, () => '/team/chat-1.0/problems/not-found'),
    ])
    const page = await (await get(types[0] ?? '')).text()
    const icon = /rel="icon" href="([^"]+)"/.exec(page)?.[1] ?? ''
    expect([page.includes(`<code>${types[0] ?? ''}</code>`), await statusOf(icon)]).to.deep.equal([true, 200])
  })

  it('says of what is nowhere where that would be', async () => {
    for (const target of ['/team/chat-1.0/console/none.js', '/team/chat-1.0/docs/none', '/team/chat-1.0/none', '/none'])
      expect(await (await get(target)).text()).to.include(`"Nothing is served at ${target}"`)
  })

  it('leads to the documentation from its entry, and everything that is named there is there', async () => {
    const entry = (await (await get('/team/chat-1.0/')).json()) as { links: Record<string, string> }
    for (const [name, link] of Object.entries(entry.links))
      expect(await statusOf(link), link).to.equal(name === 'events' ? 422 : 200)
    const docs = entry.links['documentation'] ?? ''
    const page = await (await get(docs)).text()
    expect(page).to.include('<base href="/team/chat-1.0/docs/">')
    const script = await (await get(`${docs}swagger-ui-init.js`)).text()
    expect(await statusOf(/url: '([^']+)'/.exec(script)?.[1] ?? '')).to.equal(200)
  })

  it('serves the document as it holds there: server, types, examples, the same as YAML and as JSON', async () => {
    const yaml = await (await get('/team/chat-1.0/openapi.yaml')).text()
    const json = (await (await get('/team/chat-1.0/openapi.json')).json()) as {
      servers: unknown[]
      paths: Record<string, unknown>
      components: { schemas: { ProblemType: { enum: string[] } } }
    }
    expect(parse(yaml)).to.deep.equal(json)
    expect(json.servers).to.deep.equal([
      { url: '/team/chat-1.0', description: 'The server that serves this document.' },
    ])
    expect(Object.keys(json.paths)).to.include.members(['/chats/', '/readyz', '/problems/{problem}'])
    expect(new Set(json.components.schemas.ProblemType.enum.map((type) => type.replace(/[^/]+$/, '')))).to.deep.equal(
      new Set(['/team/chat-1.0/problems/']),
    )
    const isLeft = (line: string) =>
      !/^ {2}\/.*:$/.test(line) && /(?<!chat-1\.0)\/(?:chats|keys|docs|problems)\//.test(line)
    expect(yaml.split('\n').filter(isLeft)).to.deep.equal([])
  })

  it('logs and counts routes as they are documented', async () => {
    await get('/team/chat-1.0/chats/9')
    const { route } = JSON.parse(lines.findLast((line) => line.includes('"msg":"request"')) ?? '') as { route: string }
    expect(route).to.equal('/chats/{chat_id}')
    expect(await (await get('/metrics')).text()).to.include('route="/chats/{chat_id}"')
  })
})
