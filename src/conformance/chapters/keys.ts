import { setTimeout as delay } from 'node:timers/promises'
import type { CreateKey, Key, MadeKey } from '../../client/schemas.ts'
import { expectMatch, expectSame, expectThat } from '../expectations.ts'
import { expectProblem, numberOf } from '../service.ts'
import type { Chapter } from '../suite.ts'

/** Milliseconds in which every server refuses a key that was revoked, and one more second for a busy machine. */
const REVOKED_WITHIN = 6000

export const keys: Chapter = (service, it, isGuarded) => {
  const aKey = async (key: Partial<CreateKey> = {}) => {
    const made = await service.post<MadeKey>('/keys/', { name: 'conformance', scopes: ['read'], ...key })
    expectSame('the status of a new key', made.status, 201)
    return made
  }
  const revoke = ({ json }: { readonly json: Key }) => service.delete(`/keys/${json.id}`)

  it('makes a key and shows its secret this once, lists it without, and revokes it once', async () => {
    const made = await aKey({ name: ' conformance ', scopes: ['write', 'read'] })
    const { secret, created_at, ...rest } = made.json
    const { id, prefix } = rest
    expectMatch('created_at', created_at, /Z$/)
    expectSame('what was made', rest, {
      id,
      name: 'conformance',
      prefix,
      scopes: ['read', 'write'],
      chat_ids: null,
      expires_at: null,
      last_used_at: null,
    })
    expectThat('the prefix is how the secret begins', secret.startsWith(prefix) && secret.length > prefix.length)
    expectSame('Cache-Control', made.headers.get('cache-control'), 'no-store')
    const listed = await service.get<Key[]>(`/keys/?before=${id + 1}&limit=1`)
    expectSame('what is listed', listed.json, [{ ...rest, created_at }])
    expectSame('revoked', [(await revoke(made)).status, (await revoke(made)).status], [204, 404])
    const left = await service.get<Key[]>(`/keys/?before=${id + 1}&after=${id - 1}`)
    expectSame('what is left', left.json, [])
  })

  it('answers 422 to scopes that are none, and to a time that is past', async () => {
    for (const wrong of [{ scopes: [] }, { scopes: ['everything'] }, { expires_at: '2000-01-01T00:00:00Z' }])
      expectProblem(
        await service.post('/keys/', { name: 'conformance', scopes: ['read'], ...wrong }),
        422,
        'validation-failed',
        JSON.stringify(wrong),
      )
  })

  it('answers 403 to users, also to those that a service acts for', async () => {
    expectProblem(await service.as('conformance').get('/keys/'), 403, 'forbidden', 'GET')
  })

  if (!isGuarded) return

  it('lets a key do what its scopes say, and nothing else', async () => {
    const chat = await service.aChat(1)
    const made = await aKey()
    const reader = service.bearing(made.json.secret)
    expectSame('reading', (await reader.get(chat)).status, 200)
    expectProblem(await reader.post(`${chat}/messages/`, { text: 'x' }), 403, 'forbidden', 'writing')
    expectProblem(await reader.as('conformance').get('/chats/'), 403, 'forbidden', 'acting for a user')
    expectProblem(await reader.get('/keys/'), 403, 'forbidden', 'listing keys')
    await revoke(made)
  })

  it('lets nobody make a key that may do more than its own', async () => {
    const maker = await aKey({ scopes: ['read', 'keys'] })
    const limited = service.bearing(maker.json.secret)
    const more = await limited.post('/keys/', { name: 'conformance', scopes: ['read', 'write'] })
    expectProblem(more, 403, 'forbidden', 'a scope that it does not have')
    const less = await limited.post<MadeKey>('/keys/', { name: 'conformance', scopes: ['read'] })
    expectSame('a scope that it has', less.status, 201)
    await revoke(less)
    await revoke(maker)
  })

  it('hides every other chat from a key that is limited to some', async () => {
    const [own, other] = [await service.aChat(1), await service.aChat(1)]
    const made = await aKey({ scopes: ['read', 'write'], chat_ids: [numberOf(own)] })
    const limited = service.bearing(made.json.secret)
    expectSame('its own', (await limited.get(own)).status, 200)
    expectProblem(await limited.get(other), 404, 'not-found', 'another')
    expectProblem(await limited.post('/chats/', { title: 'x' }), 403, 'forbidden', 'opening one')
    await revoke(made)
  })

  it('refuses a key that was revoked within five seconds, and ends its streams', async () => {
    const chat = await service.aChat(1)
    const made = await aKey()
    const reader = service.bearing(made.json.secret)
    expectSame('reading', (await reader.get(chat)).status, 200)
    const stream = await reader.follow(`${chat}/events`)
    try {
      await revoke(made)
      const deadline = performance.now() + REVOKED_WITHIN
      while ((await reader.get(chat)).status === 200) {
        expectThat('it is refused in time', performance.now() < deadline)
        await delay(50)
      }
      expectProblem(await reader.get(chat), 401, 'unauthenticated', 'reading')
      await stream.ended()
    } finally {
      stream.close()
    }
  })
}
