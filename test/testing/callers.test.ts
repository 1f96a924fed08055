import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { createClient, isProblem, type ProblemError } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from '../client/rejection.ts'
import { releasing } from '../releasing.ts'

describe('A messenger that knows callers', () => {
  const hold = releasing()
  const aMessenger = (authentication = true) => hold(createMessenger({ authentication }), ({ close }) => close())
  const clientWith = ({ fetch }: TestMessenger, token?: string) => createClient({ fetch, token, wait: async () => {} })

  const problemOf = async (call: Promise<unknown>) => {
    const { problem } = (await rejection(call)) as ProblemError
    return [problem.status, problem.detail]
  }

  it('lets in who has a token as that user, and nobody without a credential', async () => {
    const messenger = aMessenger()
    const alice = clientWith(messenger, messenger.tokenFor('alice'))
    const { id } = await alice.createChat({ title: 'Release party' })
    expect(await alice.sendMessage(id, { text: 'hello' })).to.include({ author: 'alice' })
    expect(isProblem(await rejection(clientWith(messenger).listChats()), 'unauthenticated')).to.equal(true)
    expect(
      isProblem(await rejection(clientWith(messenger, messenger.tokenFor('bob')).getChat(id)), 'not-found'),
    ).to.equal(true)
  })

  it('lets in whose token was signed with the secret that it was given, and no other', async () => {
    const secret = 'a secret of the application, long enough'
    const messenger = hold(createMessenger({ authentication: { secret } }), ({ close }) => close())
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = messenger.clock.now().getTime() / 1000 + 60
    const signedWith = (key: string) => {
      const input = `${part({ alg: 'HS256' })}.${part({ sub: 'alice', exp })}`
      return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
    }
    const alice = clientWith(messenger, signedWith(secret))
    const { id } = await alice.createChat({ title: 'Release party' })
    expect(await clientWith(messenger, messenger.tokenFor('alice')).getChat(id)).to.include({ title: 'Release party' })
    const stranger = clientWith(messenger, signedWith(`${secret}!`))
    expect(isProblem(await rejection(stranger.listChats()), 'unauthenticated')).to.equal(true)
    messenger.clock.advance(60_000)
    expect(isProblem(await rejection(alice.listChats()), 'unauthenticated')).to.equal(true)
    expect(() => createMessenger({ authentication: { secret: 'short' } })).to.throw(RangeError, '32 bytes or more')
  })

  it('lets in who has a key as a service, for what its scopes and its chats allow', async () => {
    const messenger = aMessenger()
    const service = clientWith(messenger, await messenger.keyFor(['read', 'write', 'act']))
    const [one, other] = [await service.createChat({ title: 'One' }), await service.createChat({ title: 'Other' })]
    expect(await service.sendMessage(one.id, { text: 'hello' })).to.include({ author: null })
    expect(await service.as('bob').createChat({ title: 'Own' })).to.include({ title: 'Own' })

    const reader = clientWith(messenger, await messenger.keyFor(['read'], { chatIds: [one.id] }))
    expect((await reader.getChat(one.id)).messages).to.have.length(1)
    expect(isProblem(await rejection(reader.getChat(other.id)), 'not-found')).to.equal(true)
    expect(isProblem(await rejection(reader.sendMessage(one.id, { text: 'x' })), 'forbidden')).to.equal(true)
    expect(isProblem(await rejection(reader.as('bob').listChats()), 'forbidden')).to.equal(true)
  })

  it('takes a credential for expired by its own clock', async () => {
    const messenger = aMessenger()
    const user = clientWith(messenger, messenger.tokenFor('alice', { expiresIn: 60_000 }))
    const hourly = clientWith(messenger, messenger.tokenFor('alice'))
    const service = clientWith(messenger, await messenger.keyFor(['read'], { expiresIn: 60_000 }))
    const lasting = clientWith(messenger, await messenger.keyFor(['read']))
    messenger.clock.advance(59_999)
    for (const client of [user, hourly, service, lasting]) await client.listChats()
    messenger.clock.advance(1)
    expect(await problemOf(user.listChats())).to.deep.equal([401, 'The token has expired'])
    expect(await problemOf(service.listChats())).to.deep.equal([401, 'The key expired'])
    await hourly.listChats()
    messenger.clock.advance(3_540_000)
    expect(await problemOf(hourly.listChats())).to.deep.equal([401, 'The token has expired'])
    await lasting.listChats()
  })

  it('refuses at once what was revoked, and nothing else', async () => {
    const messenger = aMessenger()
    const token = messenger.tokenFor('alice')
    const key = await messenger.keyFor(['read'])
    const [user, again, service] = [token, messenger.tokenFor('alice'), key].map((one) => clientWith(messenger, one))
    await service?.listChats()
    await messenger.revoke(token)
    await messenger.revoke(key)
    expect(await problemOf(user!.listChats())).to.deep.equal([401, 'The token was revoked'])
    expect(await problemOf(service!.listChats())).to.deep.equal([401, 'There is no such key, or it was revoked'])
    expect((await again!.listChats()).entries).to.deep.equal([])
  })

  it('ends the streams of what was revoked, by whichever way, and of what expired', async () => {
    const messenger = aMessenger()
    const admin = clientWith(messenger, await messenger.keyFor(['read', 'write', 'keys']))
    const { id } = await admin.createChat({ title: 'Release party', visibility: 'public' })
    const keep = { lasts: await messenger.keyFor(['read']), revoked: await messenger.keyFor(['read']) }
    const made = await admin.createKey({ name: 'reader', scopes: ['read'] })
    const tokens = [keep.revoked, made.secret, messenger.tokenFor('alice', { expiresIn: 1000 })]
    const open = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await messenger.fetch(`/chats/${id}/events`, { headers })
      expect(response.status).to.equal(200)
      let isOver = false
      const over = response.text().finally(() => (isOver = true))
      return { over, isOver: () => isOver }
    }
    const ending = await Promise.all(tokens.map(open))
    const lasting = await open(keep.lasts)
    await messenger.revoke(keep.revoked)
    await admin.revokeKey(made.id)
    messenger.clock.advance(1000)
    await Promise.all(ending.map(({ over }) => over))
    expect(lasting.isOver()).to.equal(false)
    messenger.cutStreams()
    await lasting.over.catch(() => undefined)
  })

  it('shows when a key was last used, to the minute', async () => {
    const messenger = aMessenger()
    const admin = clientWith(messenger, await messenger.keyFor(['keys']))
    messenger.clock.advance(90_000)
    const [key] = (await admin.listKeys()).entries
    expect(key?.last_used_at).to.equal('2026-03-14T12:01:00.000Z')
  })

  it('knows nothing of the credentials of another, nor of those that nobody made', async () => {
    const [one, other] = [aMessenger(), aMessenger()]
    const untrusted = [401, 'The token is not signed with a key that is trusted here']
    expect(await problemOf(clientWith(other, one.tokenFor('alice')).listChats())).to.deep.equal(untrusted)
    const [head, , signature] = one.tokenFor('alice').split('.')
    const claims = Buffer.from(JSON.stringify({ sub: 'bob', exp: 9e9 })).toString('base64url')
    expect(await problemOf(clientWith(one, `${head}.${claims}.${signature}`).listChats())).to.deep.equal(untrusted)
    for (const token of [await other.keyFor(['read']), 'msgr_short', 'x', 'a.b.c'])
      expect((await problemOf(clientWith(one, token).listChats()))[0]).to.equal(401)
  })

  it('keeps tokens good beyond a reset, which forgets keys', async () => {
    const messenger = aMessenger()
    const [alice, service] = [messenger.tokenFor('alice'), await messenger.keyFor(['read'])]
    messenger.reset()
    expect((await clientWith(messenger, alice).listChats()).entries).to.deep.equal([])
    expect((await problemOf(clientWith(messenger, service).listChats()))[0]).to.equal(401)
  })

  it('makes no token for what is no user id, and no key that would have expired', async () => {
    const messenger = aMessenger()
    for (const id of ['', '.', '..', 'two words', 'ünï', 'x'.repeat(256)])
      expect(() => messenger.tokenFor(id)).to.throw('is no user id')
    expect(await rejection(messenger.keyFor(['read'], { expiresIn: 0 }))).to.match(/cannot be made/)
  })

  it('is asked for: otherwise everybody is let in as a service, and a credential would prove nothing', async () => {
    const messenger = aMessenger(false)
    const client = clientWith(messenger)
    const { id } = await client.createChat({ title: 'Release party' })
    expect(await client.as('alice').sendMessage(id, { text: 'x' }).catch(isProblem)).to.equal(true)
    expect(await client.sendMessage(id, { text: 'hello' })).to.include({ author: null })
    expect(() => messenger.tokenFor('alice')).to.throw('createMessenger({ authentication: true })')
    expect(await rejection(messenger.keyFor(['read']))).to.match(/authentication: true/)
  })
})
