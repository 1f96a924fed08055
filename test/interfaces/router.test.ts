import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { loadContract } from '../../src/interfaces/http/endpoint/contract.ts'
import { routerOf } from '../../src/interfaces/http/server/router.ts'

const contract = loadContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))
const operations = [...contract.paths.values()].flat()
const endpoints = Object.fromEntries(operations.map(({ id }) => [id, () => {}]))
const routeOf = routerOf(contract, endpoints)

/** Where a request goes, in short: an operation with its parameters and its query, or what it meets instead. */
const way = (method: string, url: string) => {
  const route = routeOf(method, url)
  switch (route.kind) {
    case 'endpoint':
      return [route.destination.operation.id, route.params, { ...route.query }]
    case 'options':
      return ['options', route.allow]
    case 'refusal':
      return [route.failure.kind, 'allow' in route.failure ? route.failure.allow : undefined]
    case 'elsewhere':
      return ['elsewhere']
    case 'moved':
      return ['moved', route.location]
  }
}

const OF_CHATS = 'GET, POST, HEAD, OPTIONS'
const OF_A_CHAT = 'GET, PATCH, DELETE, HEAD, OPTIONS'

type Row = readonly [method: string, url: string, ...way: unknown[]]

const tables: Readonly<Record<string, readonly Row[]>> = {
  'reads parameters and query': [
    ['GET', '/', 'getEntry', {}, {}],
    ['GET', '/chats/', 'listChats', {}, {}],
    ['POST', '/chats/', 'createChat', {}, {}],
    ['GET', '/chats/7', 'getChat', { chat_id: '7' }, {}],
    ['GET', '/chats/7/messages/8', 'getMessage', { chat_id: '7', message_id: '8' }, {}],
    ['GET', '/chats/7/events?after=3', 'followChat', { chat_id: '7' }, { after: '3' }],
    ['GET', '/chats/?', 'listChats', {}, {}],
    ['GET', '/chats/?limit', 'listChats', {}, { limit: '' }],
    ['GET', '/chats/?limit=%32&x=a+b', 'listChats', {}, { limit: '2', x: 'a b' }],
    ['GET', '/chats/?limit=%zz', 'listChats', {}, { limit: '%zz' }],
    ['GET', '/chats/?limit=2&after=3&after=4', 'listChats', {}, { limit: '2', after: ['3', '4'] }],
    ['GET', '/chats/?a[b]=1', 'listChats', {}, { 'a[b]': '1' }],
    ['GET', '/chats/?limit=2?', 'listChats', {}, { limit: '2?' }],
  ],
  'reads a thousand parameters, and refuses more in place of leaving them out': [
    ['GET', `/chats/?${'&'.repeat(998)}limit=2&limit=3`, 'listChats', {}, { limit: ['2', '3'] }],
    ['GET', `/chats/?limit=2${'&a'.repeat(999)}&limit=3`, 'Malformed', undefined],
    ['GET', `/chats/?${'&'.repeat(1000)}`, 'Malformed', undefined],
    ['PATCH', `/chats/7?${'a=1&'.repeat(4000)}`, 'Malformed', undefined],
    ['GET', `/nowhere?${'&'.repeat(1000)}`, 'elsewhere'],
  ],
  'takes the other way to end a path': [
    ['GET', '/chats', 'listChats', {}, {}],
    ['GET', '/chats?limit=2', 'listChats', {}, { limit: '2' }],
    ['DELETE', '/chats/7/', 'deleteChat', { chat_id: '7' }, {}],
    ['POST', '/chats/7/messages', 'sendMessage', { chat_id: '7' }, {}],
    ['PATCH', '/chats/7/messages/8/?x', 'editMessage', { chat_id: '7', message_id: '8' }, { x: '' }],
    ['GET', '/docs', 'getDocs', {}, {}],
    ['GET', '/console/main.js', 'getConsoleFile', { asset: 'main.js' }, {}],
    ['GET', '/docs/swagger-ui.css', 'getDocsFile', { file: 'swagger-ui.css' }, {}],
    ['GET', '/openapi.yaml/', 'getOpenapiYaml', {}, {}],
  ],
  'reads escapes in parameters, and refuses bad ones whatever the method': [
    ['GET', '/chats/%37', 'getChat', { chat_id: '7' }, {}],
    ['GET', '/chats/7%2Fmessages', 'getChat', { chat_id: '7/messages' }, {}],
    ['GET', '/chats/%2F/messages/%C3%A9', 'getMessage', { chat_id: '/', message_id: 'é' }, {}],
    ['GET', '/problems/un%61vailable', 'getProblem', { problem: 'unavailable' }, {}],
    ['GET', '/problems/%00', 'getProblem', { problem: '\0' }, {}],
    ['GET', '/chats/%zz', 'Malformed', undefined],
    ['GET', '/chats/%e9/', 'Malformed', undefined],
    ['GET', '/chats/7/messages/%c0%ae', 'Malformed', undefined],
    ['PUT', '/chats/%zz', 'Malformed', undefined],
    ['OPTIONS', '/chats/%', 'Malformed', undefined],
    ['GET', '/chats/%zz/nothing', 'elsewhere'],
    ['GET', '/%zz', 'elsewhere'],
  ],
  'answers HEAD wherever there is a GET': [
    ['HEAD', '/chats', 'listChats', {}, {}],
    ['HEAD', '/chats/%37?limit=1', 'getChat', { chat_id: '7' }, { limit: '1' }],
    ['HEAD', '/livez', 'getLiveness', {}, {}],
  ],
  'lists the methods of a path, asked for them or for one that it lacks': [
    ['OPTIONS', '/chats/', 'options', OF_CHATS],
    ['OPTIONS', '/chats', 'options', OF_CHATS],
    ['OPTIONS', 'http://host/chats/%37/', 'options', OF_A_CHAT],
    ['OPTIONS', '/docs/', 'options', 'GET, HEAD, OPTIONS'],
    ['PUT', '/chats', 'MethodNotAllowed', OF_CHATS],
    ['POST', '/chats/7', 'MethodNotAllowed', OF_A_CHAT],
    ['DELETE', '/chats/', 'MethodNotAllowed', OF_CHATS],
    ['PROPFIND', '/chats/7/', 'MethodNotAllowed', OF_A_CHAT],
    ['TRACE', '/livez', 'MethodNotAllowed', 'GET, HEAD, OPTIONS'],
    ['get', '/livez', 'MethodNotAllowed', 'GET, HEAD, OPTIONS'],
  ],
  'looks at neither host nor fragment': [
    ['GET', 'http://host/chats/', 'listChats', {}, {}],
    ['GET', 'HTTPS://me:secret@host:80/chats/7?limit=2', 'getChat', { chat_id: '7' }, { limit: '2' }],
    ['GET', 'http://[bad/chats', 'listChats', {}, {}],
    ['GET', 'http://host', 'getEntry', {}, {}],
    ['GET', 'http://host?limit=1', 'getEntry', {}, { limit: '1' }],
    ['GET', '/chats/#top', 'listChats', {}, {}],
    ['GET', '/chats/?limit=2#top', 'listChats', {}, { limit: '2' }],
    ['GET', '/chats/7#/messages/?limit=2', 'getChat', { chat_id: '7' }, {}],
  ],
  'leaves alone what the contract does not have': [
    ['GET', '//'],
    ['GET', ''],
    ['GET', '*'],
    ['OPTIONS', '*'],
    ['GET', '/nowhere'],
    ['GET', '/Chats/'],
    ['GET', '/%63hats/'],
    ['GET', '/chats//'],
    ['GET', '//chats/'],
    ['GET', '/chats//messages/'],
    ['GET', '/chats/7//'],
    ['GET', '/chats/7/constructor'],
    ['GET', '/chats/7/messages/8/9'],
    ['GET', '/__proto__/'],
    ['GET', '/docs/swagger/ui.css'],
    ['PUT', '/docs//swagger-ui.css'],
  ].map(([method = '', url = '']) => [method, url, 'elsewhere']),
}

describe('The router', () => {
  it('knows every documented operation, and starts with none of them missing', () => {
    for (const { id, method, path } of operations)
      expect(way(method, path.replaceAll(/\{\w+\}/g, '7')).at(0), path).to.equal(id)
    expect(() => routerOf(contract, { ...endpoints, sendMessage: undefined as never })).to.throw(/sendMessage/)
  })

  for (const [title, rows] of Object.entries(tables))
    it(title, () => {
      for (const [method, url, ...expected] of rows)
        expect(way(method, url), `${method} ${url}`).to.deep.equal(expected)
    })
})
