import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { loadContract } from '../../src/interfaces/http/endpoint/contract.ts'
import type { Endpoint } from '../../src/interfaces/http/endpoint/endpoint.ts'
import { routerOf } from '../../src/interfaces/http/server/router.ts'

const contract = loadContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))
const operations = [...contract.paths.values()].flat()
const nothing: Endpoint = () => {}
const endpoints = Object.fromEntries(operations.map(({ id }) => [id, nothing]))
const route = routerOf(contract, endpoints)

/** What a request finds, as plain data. */
const found = (method: string, target: string) => {
  const way = route(method, target)
  if (way.kind !== 'endpoint') return way
  const { destination, params, query } = way
  return { id: destination.operation.id, params: { ...params }, query: { ...query } }
}

const filled = (path: string) => path.replaceAll(/\{\w+\}/g, '7')
const otherEnd = (path: string) => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`)

describe('The router', () => {
  for (const { id, method, path } of operations)
    it(`finds ${id} at ${method} ${path}, in every spelling`, () => {
      const plain = found(method, filled(path))
      expect(plain).to.have.property('id', id)
      const spellings = [
        otherEnd(filled(path)),
        `http://anywhere.test:81${filled(path)}`,
        `${filled(path)}#fragment`,
        path.replaceAll(/\{\w+\}/g, '%37'),
      ]
      for (const spelling of spellings) expect(found(method, spelling), spelling).to.deep.equal(plain)
      if (method === 'GET') expect(found('HEAD', filled(path))).to.deep.equal(plain)
    })

  it('reads the parameters of the path, without their escapes', () => {
    expect(found('GET', '/chats/7/messages/8')).to.deep.equal({
      id: 'getMessage',
      params: { chat_id: '7', message_id: '8' },
      query: {},
    })
    expect(found('GET', '/chats/a%2Fb%20c')).to.have.deep.property('params', { chat_id: 'a/b c' })
    expect(found('GET', '/chats/__proto__')).to.have.deep.property('params', { chat_id: '__proto__' })
  })

  it('reads the query, each name as often as it is given, up to the fragment', () => {
    const query = (target: string) => (found('GET', target) as { query: object }).query
    expect(query('/chats/?limit=2&after=3&after=4')).to.deep.equal({ limit: '2', after: ['3', '4'] })
    expect(query('/chats/?before=%31+0')).to.deep.equal({ before: '1 0' })
    expect(query('/chats/?limit[a]=1')).to.deep.equal({ 'limit[a]': '1' })
    expect(query('/chats?limit=2#&limit=3')).to.deep.equal({ limit: '2' })
    expect(query('/chats/?')).to.deep.equal({})
  })

  it('prefers a name to a parameter', () => {
    expect(found('GET', '/chats/7/events')).to.have.property('id', 'followChat')
    expect(found('GET', '/events')).to.have.property('id', 'followChats')
  })

  it('names the methods of a path to who asks for them, or for another', () => {
    const allow = 'GET, POST, HEAD, OPTIONS'
    expect(found('OPTIONS', '/chats/')).to.deep.equal({ kind: 'options', allow })
    for (const method of ['DELETE', 'PUT', 'TRACE', 'PROPFIND', 'get', ''])
      expect(found(method, '/chats'), method).to.deep.equal({
        kind: 'refusal',
        failure: { kind: 'MethodNotAllowed', method, allow },
      })
    expect(found('OPTIONS', '/chats/7')).to.deep.equal({ kind: 'options', allow: 'GET, PATCH, DELETE, HEAD, OPTIONS' })
  })

  it('refuses an escape that cannot be read, whatever the method', () => {
    for (const path of ['/chats/%', '/chats/%zz', '/chats/%ff/messages/', '/chats/7/messages/%e0%a4'])
      for (const method of ['GET', 'OPTIONS', 'PUT'])
        expect(found(method, path), `${method} ${path}`).to.deep.equal({
          kind: 'refusal',
          failure: { kind: 'Malformed', detail: 'The path has a bad escape' },
        })
  })

  it('has nothing where the contract has no path', () => {
    const elsewhere = [
      ...['/', '//', '//chats/', '/chats//', '/chats//messages/', '/chats/7//', '/Chats/', '/CHATS/7'],
      ...['/chats/7/messages/8/9', '/docs/swagger-ui.css', '/%63hats/', '*', '', '?', 'chats', 'example.com:443'],
    ]
    for (const target of elsewhere) expect(found('GET', target), target).to.deep.equal({ kind: 'elsewhere' })
  })

  it('is not made of a contract with an operation that nobody answers', () => {
    const { sendMessage: _, ...others } = endpoints
    expect(() => routerOf(contract, others)).to.throw('no endpoint for operation sendMessage')
  })
})
