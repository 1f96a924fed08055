import { createHash, generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { bearer } from '../callers.ts'
import { type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, aTokenOf, GUARDED, inSeconds, JWT_SECRET, ROOT_KEY } from '../credentials.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { exchange } from '../wire.ts'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const jwk = publicKey.export({ format: 'jwk' })

const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const ISSUED = { iss: 'https://accounts.example.com', aud: 'messenger' }
const GOOD = aTokenOf('anna', ISSUED)
const [header = '', claims = '', signature = ''] = GOOD.split('.')

/** The service changes its secrets: whoever forges has two of each to try. */
const PREVIOUS = {
  AUTH_JWT_SECRET_PREVIOUS: 'what the tests signed tokens with, and do so still',
  AUTH_ROOT_KEY_PREVIOUS: 'the-root-key-before-that-of-the-tests',
}

/** What would let somebody in, were it believed. test/infrastructure/auth has the whole table. */
const FORGED: Readonly<Record<string, string>> = {
  'no algorithm': `${encoded({ alg: 'none' })}.${claims}.`,
  'no algorithm, and a signature': `${encoded({ alg: 'none' })}.${claims}.${signature}`,
  'another algorithm of the secret': aTokenOf('anna', ISSUED, { algorithm: 'HS512' }),
  'an algorithm of key pairs': aTokenOf('anna', ISSUED, { header: { alg: 'RS256' } }),
  'another secret': aTokenOf('anna', ISSUED, { secret: `${JWT_SECRET} ` }),
  'both secrets at once': aTokenOf('anna', ISSUED, { secret: JWT_SECRET + PREVIOUS.AUTH_JWT_SECRET_PREVIOUS }),
  'no secret': aTokenOf('anna', ISSUED, { secret: '' }),
  'a public key for a secret': aTokenOf('anna', ISSUED, { secret: spki }),
  'a key that it brings along': aTokenOf('anna', ISSUED, { header: { jwk }, secret: JSON.stringify(jwk) }),
  'a key that it says the place of': aTokenOf('anna', ISSUED, { header: { jku: 'http://127.0.0.1:1/' }, secret: '' }),
  'an extension': aTokenOf('anna', ISSUED, { header: { crit: ['exp'] } }),
  'other claims under its signature': `${header}.${encoded({ ...ISSUED, sub: 'root', exp: inSeconds(600) })}.${signature}`,
  'no signature': `${header}.${claims}.`,
  'a part too many': `${GOOD}.${signature}`,
  padding: `${GOOD}=`,
  'no end': aTokenOf('anna', { ...ISSUED, exp: undefined }),
  'an end in words': aTokenOf('anna', { ...ISSUED, exp: 'never' }),
  'an end in the past': aTokenOf('anna', { ...ISSUED, exp: inSeconds(-1) }),
  'a beginning in the future': aTokenOf('anna', { ...ISSUED, nbf: inSeconds(600) }),
  nobody: aTokenOf('anna', { ...ISSUED, sub: undefined }),
  'a user that cannot be one': aTokenOf('..', ISSUED),
  'another issuer': aTokenOf('anna', { ...ISSUED, iss: 'https://accounts.example.org' }),
  'another audience': aTokenOf('anna', { ...ISSUED, aud: ['others'] }),
  '6 KB of brackets': `${header}.${Buffer.from(`${'['.repeat(2000)}${']'.repeat(2000)}`).toString('base64url')}.${signature}`,
  '8 KB of dots': '.'.repeat(8192),
  'a key that was never made': `msgr_${'A'.repeat(43)}`,
  'a key that cannot be one': 'msgr_short',
  'the digest of the root key': createHash('sha256').update(ROOT_KEY).digest('base64url'),
  'the root key, and a letter': `${ROOT_KEY}a`,
  'the root key without its end': ROOT_KEY.slice(0, -1),
  'the previous root key, and a letter': `${PREVIOUS.AUTH_ROOT_KEY_PREVIOUS}a`,
  'the root key in capitals': ROOT_KEY.toUpperCase(),
  'the secret of tokens itself': JWT_SECRET.replaceAll(/[^\w]/g, '-'),
}

describe('A credential that was forged', () => {
  const hold = releasing(after)
  let client: Client

  before(async () => {
    const environment = { ...GUARDED, ...PREVIOUS, AUTH_ISSUER: ISSUED.iss, AUTH_AUDIENCE: ISSUED.aud }
    client = clientOf(hold(await served(memoryStorage(), environment), ({ stop }) => stop()).url)
  })

  for (const [what, token] of Object.entries(FORGED))
    it(`with ${what} is refused, at a read, a write and a stream`, async () => {
      const read = await client.get('/chats/', bearer(token))
      const written = await client.post('/chats/', { title: 'x' }, { ...bearer(token), 'on-behalf-of': 'anna' })
      const streams = [
        await follow(client.url, '/chats/1/events', bearer(token)),
        await follow(client.url, `/chats/1/events?access_token=${encodeURIComponent(token)}`),
      ]
      expect([read, written, ...streams].map(({ status }) => status)).to.deep.equal([401, 401, 401, 401])
      expect(read.headers.get('www-authenticate')).to.match(/^Bearer error="invalid_token"/)
    })

  it('that no client would send is refused as well', async () => {
    const key = (await aKeyOn(client, ['read'])).secret
    for (const [field, status] of [
      [`Authorization: Bearer ${GOOD}`, 200],
      [`Authorization: Bearer ${key}`, 200],
      [`Authorization: Bearer ${GOOD} ${GOOD}`, 401],
      [`Authorization: Bearer ${GOOD}, Bearer ${GOOD}`, 401],
      [`Authorization: Bearer ${GOOD}\r\nAuthorization: Bearer ${GOOD}`, 401],
      [`Authorization: Bearer \u00e9${GOOD}`, 401],
      [`Authorization: Bearer\t${GOOD}`, 401],
      [`Authorization: ${GOOD}`, 401],
      [`Authorization: Basic ${Buffer.from(`anna:${GOOD}`).toString('base64')}`, 401],
      [`Authorization : Bearer ${GOOD}`, 400],
      [`Cookie: access_token=${GOOD}`, 401],
      [`X-Authorization: Bearer ${GOOD}`, 401],
      [`Proxy-Authorization: Bearer ${GOOD}`, 401],
    ] as const) {
      const sent = `GET /chats/ HTTP/1.1\r\nHost: x\r\n${field}\r\nConnection: close\r\n\r\n`
      const [answer] = await exchange(client.url, [sent], hold)
      expect(answer?.status, field).to.equal(status)
    }
  })

  it('leaves the service as it was: nothing was made, and who is good is let in', async () => {
    expect((await client.get('/chats/', asRoot)).text).to.equal('[]')
    const good = bearer(aTokenOf('anna', { ...ISSUED, aud: ['others', ISSUED.aud], nbf: inSeconds(-1) }))
    expect((await client.get('/chats/', good)).status).to.equal(200)
    const { AUTH_JWT_SECRET_PREVIOUS: secret, AUTH_ROOT_KEY_PREVIOUS: key } = PREVIOUS
    for (const previous of [aTokenOf('anna', ISSUED, { secret }), key])
      expect((await client.get('/chats/', bearer(previous))).status).to.equal(200)
  })
})
