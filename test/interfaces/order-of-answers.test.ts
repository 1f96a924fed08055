import { expect } from 'chai'
import { SCOPES } from '../../src/domain/caller.ts'
import type { Messenger } from '../../src/messenger.ts'
import { aService, aUser, bearer, tokens } from '../callers.ts'
import { clientOf } from '../client.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { until } from '../until.ts'
import { exchange } from '../wire.ts'

const ALL = bearer('all')
const READER = bearer('reader')
const BUSY = bearer('busy')
const ACT = { 'on-behalf-of': 'anna' }
const BAD_ACT = { 'on-behalf-of': '..' }

const JSON_TYPE = { 'content-type': 'application/json' }
const TEXT_TYPE = { 'content-type': 'text/plain' }
const IMAGE = { accept: 'image/png' }
const STALE = { 'if-match': '"99"' }
const BAD_TAG = { 'if-match': '99' }

const BROKEN = '{"title"'
const BLANK = '{"title":" ","text":" "}'
const GOOD = '{"title":"x","text":"x"}'
const LARGE = 'x'.repeat(70_000)

const NOWHERE = '/chats/999'
const MANY = `/chats/999?${'a&'.repeat(1000)}`

type Row = readonly [
  status: number,
  why: string,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
]

/** Each request would meet every refusal of the tables below its own, too. */
const tables: Readonly<Record<string, readonly Row[]>> = {
  'first, that there are two credentials: nobody knows which is meant': [
    [400, 'two good ones', 'GET', '/chats/999/events?access_token=user', { ...ALL, ...BAD_ACT }],
    [400, 'two bad ones', 'GET', '/chats/999/events?access_token=none', { ...bearer('none') }],
  ],
  'then 401, whatever else is wrong': [
    [
      401,
      'the scope, the user, the path',
      'PATCH',
      '/chats/%zz',
      { ...bearer('none'), ...BAD_ACT, ...JSON_TYPE },
      BROKEN,
    ],
    [401, 'the user', 'GET', NOWHERE, { ...bearer('none'), ...BAD_ACT }],
    [401, 'the path', 'GET', '/chats/%zz', {}],
    [401, 'the query', 'GET', MANY, {}],
    [401, 'an id', 'GET', '/chats/abc', {}],
    [401, 'Accept', 'GET', NOWHERE, IMAGE],
    [401, 'a tag', 'GET', NOWHERE, BAD_TAG],
    [401, 'the size', 'PATCH', NOWHERE, JSON_TYPE, LARGE],
    [401, 'the type', 'PATCH', NOWHERE, TEXT_TYPE, GOOD],
    [401, 'the JSON', 'PATCH', NOWHERE, JSON_TYPE, BROKEN],
    [401, 'a field', 'PATCH', NOWHERE, JSON_TYPE, BLANK],
    [401, 'the chat', 'GET', NOWHERE, {}],
    [401, 'the place of a stream', 'GET', '/chats/999/events?after=x', {}],
    [401, 'the token of a stream', 'GET', '/chats/999/events?access_token=none&on_behalf_of=..', {}],
  ],
  'then 403 for what the credential may not do, whatever else is wrong': [
    [403, 'the user', 'PATCH', NOWHERE, { ...READER, ...BAD_ACT, ...JSON_TYPE }, BROKEN],
    [403, 'too often', 'PATCH', NOWHERE, { ...READER, ...ACT, ...JSON_TYPE }, BROKEN],
    [403, 'the path', 'PATCH', '/chats/%zz', { ...READER, ...JSON_TYPE }, BROKEN],
    [403, 'the query', 'DELETE', MANY, READER],
    [403, 'an id', 'DELETE', '/chats/abc', READER],
    [403, 'Accept', 'PATCH', NOWHERE, { ...READER, ...IMAGE, ...JSON_TYPE }, GOOD],
    [403, 'a tag', 'DELETE', NOWHERE, { ...READER, ...BAD_TAG }],
    [403, 'the size', 'PATCH', NOWHERE, { ...READER, ...JSON_TYPE }, LARGE],
    [403, 'the type', 'PATCH', NOWHERE, { ...READER, ...TEXT_TYPE }, GOOD],
    [403, 'the JSON', 'PATCH', NOWHERE, { ...READER, ...JSON_TYPE }, BROKEN],
    [403, 'a field', 'PATCH', NOWHERE, { ...READER, ...JSON_TYPE }, BLANK],
    [403, 'the chat', 'DELETE', NOWHERE, READER],
    [403, 'that it may not act', 'GET', '/chats/%zz', { ...READER, ...ACT }],
    [403, 'that it is another user', 'GET', '/chats/abc', { ...bearer('user'), ...ACT }],
  ],
  'then 400 for a user that cannot be one, before what it may do': [
    [400, 'the path and the scope for a user', 'GET', '/metrics', { ...ALL, ...BAD_ACT }],
    [400, 'the query', 'GET', MANY, { ...READER, ...BAD_ACT }],
  ],
  'then 429 for writes, whatever else is wrong': [
    [429, 'the path', 'PATCH', '/chats/%zz', { ...BUSY, ...JSON_TYPE }, BROKEN],
    [429, 'an id', 'DELETE', '/chats/abc', BUSY],
    [429, 'the size', 'PATCH', NOWHERE, { ...BUSY, ...JSON_TYPE }, LARGE],
    [429, 'the type', 'PATCH', NOWHERE, { ...BUSY, ...TEXT_TYPE }, GOOD],
    [429, 'the JSON', 'PATCH', NOWHERE, { ...BUSY, ...JSON_TYPE }, BROKEN],
    [429, 'the chat', 'DELETE', NOWHERE, BUSY],
  ],
  'then what the request says by itself, before whether the chat is there': [
    [400, 'the path', 'GET', '/chats/%zz', ALL],
    [400, 'the query', 'GET', MANY, ALL],
    [413, 'the size', 'PATCH', NOWHERE, { ...ALL, ...JSON_TYPE, ...STALE }, LARGE],
    [415, 'the type', 'PATCH', NOWHERE, { ...ALL, ...TEXT_TYPE, ...STALE }, GOOD],
    [400, 'the JSON', 'PATCH', NOWHERE, { ...ALL, ...JSON_TYPE, ...STALE }, BROKEN],
    [406, 'Accept', 'PATCH', NOWHERE, { ...ALL, ...IMAGE, ...JSON_TYPE, ...STALE }, GOOD],
    [400, 'a tag', 'DELETE', NOWHERE, { ...ALL, ...BAD_TAG }],
    [422, 'a field', 'PATCH', NOWHERE, { ...ALL, ...JSON_TYPE, ...STALE }, BLANK],
    [422, 'whose inbox it is', 'GET', '/users/anna/inbox/?before=x', bearer('user')],
    [422, 'whose marker it is', 'PUT', '/chats/999/members/anna/read', { ...bearer('user'), ...JSON_TYPE }, BLANK],
    [422, 'who reacts', 'PUT', '/chats/999/messages/1/reactions/a%20b', ALL],
    [422, 'whose reactions they are', 'GET', '/chats/999/members/anna/reactions/?limit=0', bearer('user')],
    [422, 'what is answered', 'POST', '/chats/999/messages/', { ...ALL, ...JSON_TYPE }, '{"text":"x","reply_to":0}'],
    [422, 'the place of a stream', 'GET', '/chats/999/events?after=x', ALL],
    [422, 'the user of a stream', 'GET', '/chats/999/events?on_behalf_of=..', ALL],
  ],
  'then 404, before what rests on what is there': [
    [404, 'a tag', 'DELETE', NOWHERE, { ...ALL, ...STALE }],
    [404, 'a tag, of a change', 'PATCH', NOWHERE, { ...ALL, ...JSON_TYPE, ...STALE }, GOOD],
    [404, 'the place of a stream', 'GET', '/chats/999/events?after=5', ALL],
    [404, 'who reacts', 'PUT', '/chats/999/messages/1/reactions/ok', ALL],
    [404, 'a tag, of those who reacted', 'GET', '/chats/999/messages/1/reactions/?reaction=ok', { ...ALL, ...STALE }],
    [404, 'whose reactions they are', 'GET', '/chats/999/members/anna/reactions/', { ...bearer('user'), ...STALE }],
    [404, 'what is answered', 'POST', '/chats/999/messages/', { ...ALL, ...JSON_TYPE }, '{"text":"x","reply_to":5}'],
    [404, 'whose marker it is', 'GET', '/chats/999/members/anna/read', { ...bearer('user'), ...STALE }],
    [
      404,
      'how far the marker goes',
      'PUT',
      '/chats/999/members/anna/read',
      { ...ALL, ...JSON_TYPE },
      '{"message_id":5}',
    ],
  ],
  'then 403 for what is the own of another, before its tag': [
    [403, 'a tag', 'GET', '/users/anna/inbox/', { ...bearer('user'), ...STALE }],
    [403, 'a tag, of a count', 'GET', '/users/anna/unread', { ...bearer('user'), ...STALE }],
  ],
}

describe('Of several refusals, a request hears', () => {
  const hold = releasing(after)
  let messenger: Messenger

  before(async () => {
    const callers = { all: aService(...SCOPES), reader: aService('read'), user: aUser('bert'), busy: aUser('busy') }
    messenger = hold(await served(memoryStorage(), { RATE_LIMIT: '1' }, undefined, tokens(callers)), ({ stop }) =>
      stop(),
    )
  })

  /** Asks within the second that another write began, in which none is left. */
  const tooSoon = async <A>(ask: () => Promise<A>): Promise<A> => {
    const client = clientOf(messenger.url)
    let answer: A
    let began = 0
    do {
      await until(async () => {
        began = performance.now()
        return (await client.delete(NOWHERE, BUSY)).status === 404
      })
      answer = await ask()
    } while (performance.now() - began > 1000)
    return answer
  }

  for (const [title, rows] of Object.entries(tables))
    describe(title, () => {
      for (const [status, why, method, target, headers, body] of rows)
        it(`${status}, not ${why}`, async () => {
          const ask = () => clientOf(messenger.url).request(method, target, { headers, ...(body && { body }) })
          const answer = await (status === 429 ? tooSoon(ask) : ask())
          expect([answer.status, answer.json.status], answer.text).to.deep.equal([status, status])
        })
    })

  it('what is wrong with HTTP itself before all of them', async () => {
    for (const [status, head] of [
      [400, 'GET /chats/%zz HTTP/1.1\r\n'],
      [417, 'GET /chats/%zz HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n'],
    ] as const) {
      const [answer] = await exchange(messenger.url, [`${head}Connection: close\r\n\r\n`], hold)
      expect(answer?.status).to.equal(status)
    }
  })
})
