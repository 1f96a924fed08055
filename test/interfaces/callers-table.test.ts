import { expect } from 'chai'
import type { Storage } from '../../src/composition/storage.ts'
import { type Scope, SCOPES } from '../../src/domain/caller.ts'
import { cryptoSecrets } from '../../src/infrastructure/crypto/secrets.ts'
import { bearer } from '../callers.ts'
import { type ChatBody, type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, asUser, aTokenOf, GUARDED, inSeconds } from '../credentials.ts'
import { later, right } from '../fixtures.ts'
import { aNewKey } from '../key-fixtures.ts'
import { type DocumentedOperation, operations } from '../recorder.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { type Asking, ASKING, statusesOf, TABLE } from './callers-table.ts'

type Headers = Readonly<Record<string, string>>

const isStream = ({ produces }: DocumentedOperation) => produces.includes('text/event-stream')

/** What an operation is asked with beside its example: what every caller that may do it may give away, and what is there. */
const BODIES: Readonly<Record<string, object>> = {
  createKey: { name: 'x', scopes: ['keys'] },
  moveReadMarker: { message_id: 1 },
}
/** The opener, where it is nobody else. */
const USERS: Readonly<Record<string, string>> = { putMember: 'newcomer', removeMember: 'guest' }

describe('The table of callers', () => {
  it('has a row for every operation, and each row an answer for everybody', () => {
    expect(Object.keys(TABLE)).to.have.members(operations.map(({ id }) => id))
    for (const { id, isGuarded } of operations) {
      const statuses = Object.values(statusesOf(id))
      expect(statuses.every(Number.isInteger), id).to.equal(true)
      expect((TABLE[id] ?? '').split(/ +/), id).to.have.length(ASKING.length)
      expect(statuses.includes(401), `${id} has a lock`).to.equal(isGuarded)
    }
  })
})

describe('Every operation, whoever asks for it', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    let kept: Storage
    let client: Client
    let callers: Readonly<Record<Asking, Headers>>

    before(async () => {
      kept = await storage()
      client = clientOf(hold(await served(kept, GUARDED), ({ stop }) => stop()).url)
      callers = await everybody()
    })

    const everybody = async () => {
      const expired = cryptoSecrets.make()
      const past = { createdAt: later(-2000, new Date()), expiresAt: later(-1000, new Date()) }
      right(await kept.keys.add(aNewKey({ scopes: SCOPES, ...past }), cryptoSecrets.digestOf(expired))())
      const other = await client.post<ChatBody>('/chats/', { title: 'Elsewhere' }, asRoot)
      const key = async (scope: Scope) => (await aKeyOn(client, [scope])).headers
      return {
        nobody: {},
        garbage: bearer('garbage.of.no-kind-that-is-known'),
        'an expired token': bearer(aTokenOf('opener', { exp: inSeconds(-60) })),
        'a token by another algorithm': bearer(aTokenOf('opener', {}, { algorithm: 'HS512' })),
        'an expired key': bearer(expired),
        'a stranger': asUser('stranger'),
        'the opener': asUser('opener'),
        'a key to read': await key('read'),
        'a key to write': await key('write'),
        'a key to act': await key('act'),
        'a key to keys': await key('keys'),
        'a key to metrics': await key('metrics'),
        'a key to another chat': (await aKeyOn(client, SCOPES, { chat_ids: [other.json.id] })).headers,
        root: asRoot,
      } satisfies Record<Asking, Headers>
    }

    /** A chat of its own for each answer, with a member and a message; and a key, where one is asked for. */
    const aScene = async ({ id, path }: DocumentedOperation) => {
      const members = [{ user_id: 'guest', role: 'member' }]
      const chat = (await client.post<ChatBody>('/chats/', { title: 'Mine', members }, callers['the opener'])).json.id
      await client.post(`/chats/${chat}/messages/`, { text: 'hello' }, callers['the opener'])
      const values: Readonly<Record<string, string | number>> = {
        chat_id: chat,
        message_id: 1,
        reaction: 'ok',
        user_id: USERS[id] ?? 'opener',
        key_id: path.includes('{key_id}') ? (await aKeyOn(client, ['read'])).id : 0,
        file: 'swagger-ui.css',
        asset: 'main.js',
        problem: 'not-found',
      }
      const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
      if (id === 'removeReaction') await client.request('PUT', target, { headers: callers['the opener'] })
      const query = { followChats: `?chat_id=${chat}`, listReactors: '?reaction=ok' }[id] ?? ''
      return { chat, target: `${target}${query}`, tag: await tagOf(chat) }
    }

    const statusOfStream = async (target: string, headers: Headers) => {
      const stream = await follow(client.url, target, { ...headers })
      stream.cut()
      return stream.status
    }

    const statusOf = async (operation: DocumentedOperation, target: string, headers: Headers, method: string) => {
      if (isStream(operation) && method === 'GET') return statusOfStream(target, headers)
      const body = BODIES[operation.id] ?? operation.body
      const init = body === undefined ? { headers } : { headers: { ...headers, 'content-type': 'application/json' } }
      return (await client.request(method, target, { ...init, ...(body && { body: JSON.stringify(body) }) })).status
    }

    /** A key with every scope makes no more of a user than it is by itself. */
    const actingFor = async (user: 'stranger' | 'opener') => ({
      ...(await aKeyOn(client, SCOPES)).headers,
      'on-behalf-of': user,
    })

    const tagOf = async (chat: number) => (await client.get(`/chats/${chat}`, asRoot)).headers.get('etag')

    /** What is left of a scene whose chat nobody might touch. */
    const isUntouched = async (chat: number, tag: string | null) => {
      const { headers, json } = await client.get<ChatBody>(`/chats/${chat}`, asRoot)
      const members = await client.get<readonly unknown[]>(`/chats/${chat}/members/`, asRoot)
      return headers.get('etag') === tag && json.last_message_id === 1 && members.json.length === 2
    }

    const answers = async (operation: DocumentedOperation, method: string) =>
      Object.fromEntries(
        await Promise.all(
          ASKING.map(async (asking) => {
            const { chat, target, tag } = await aScene(operation)
            const status = await statusOf(operation, target, callers[asking], method)
            if (status >= 400)
              expect(await isUntouched(chat, tag), `refused to ${asking}, and done all the same`).to.equal(true)
            return [asking, status] as const
          }),
        ),
      )

    for (const operation of operations)
      it(`${operation.method} ${operation.path}`, async () => {
        expect(await answers(operation, operation.method)).to.deep.equal(statusesOf(operation.id))
        if (operation.method === 'GET')
          expect(await answers(operation, 'HEAD'), 'HEAD').to.deep.equal(statusesOf(operation.id))
      })

    it('is answered as the user is for whom it acts, when a service asks', async () => {
      const users = [
        [await actingFor('stranger'), 'a stranger'],
        [await actingFor('opener'), 'the opener'],
      ] as const
      for (const operation of operations)
        for (const [headers, asking] of users) {
          const { chat, target, tag } = await aScene(operation)
          const status = await statusOf(operation, target, headers, operation.method)
          expect(status, `${operation.id} for ${asking}`).to.equal(statusesOf(operation.id)[asking])
          if (status >= 400) expect(await isUntouched(chat, tag), operation.id).to.equal(true)
        }
    })

    for (const operation of operations.filter(isStream))
      it(`${operation.method} ${operation.path} with the token in the query, where no key has a place`, async () => {
        for (const asking of ASKING) {
          const { target } = await aScene(operation)
          const token = callers[asking]['authorization']?.replace('Bearer ', '') ?? ''
          const sign = target.includes('?') ? '&' : '?'
          const status = await statusOfStream(`${target}${sign}access_token=${encodeURIComponent(token)}`, {})
          const isOfService = /key|root/.test(asking)
          expect(status, asking).to.equal(isOfService ? 401 : statusesOf(operation.id)[asking])
        }
      })
  }))
