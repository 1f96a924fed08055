import { KeyObject, generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { type CryptoKey, exportSPKI, importJWK } from 'jose'
import { type TokenSettings, tokenAuthenticator } from '../../../src/infrastructure/auth/token-authenticator.ts'
import { left, right } from '../../fixtures.ts'
import { releasing } from '../../releasing.ts'
import { aKeyServer } from './key-server.ts'
import {
  aClock,
  aSharedToken,
  aSigner,
  at,
  aToken,
  CLAIMS,
  forged,
  hmac,
  RULES,
  SECRET,
  setOf,
  signature,
} from './tokens.ts'

const HS = { alg: 'HS256' }

describe('A forged token', () => {
  const hold = releasing(after)
  let rsa: Awaited<ReturnType<typeof aSigner>>
  let pss: typeof rsa
  let ec: typeof rsa
  let ed: typeof rsa
  let stranger: typeof rsa
  let spki: string
  let server: Awaited<ReturnType<typeof aKeyServer>>
  let trap: typeof server
  let settings: TokenSettings
  let authenticate: (token: string) => ReturnType<ReturnType<typeof tokenAuthenticator>['authenticate']>

  before(async () => {
    rsa = await aSigner('RS256', 'rsa')
    pss = await aSigner('PS256', 'pss')
    ec = await aSigner('ES256', 'ec')
    ed = await aSigner('EdDSA', 'ed')
    stranger = await aSigner('RS256', 'rsa')
    spki = await exportSPKI((await importJWK(rsa.jwk, 'RS256', { extractable: true })) as CryptoKey)
    const forPss = { jwk: { ...pss.jwk, alg: 'PS256' } }
    server = hold(await aKeyServer(setOf(rsa, forPss, ec, ed)), ({ close }) => close())
    trap = hold(await aKeyServer(setOf(stranger)), ({ close }) => close())
    settings = { ...RULES, secrets: [SECRET], keySetUrl: server.url }
    const authenticator = hold(tokenAuthenticator(settings, aClock()), ({ close }) => close())
    authenticate = authenticator.authenticate
  })

  const keyOf = ({ privateKey }: typeof rsa) => KeyObject.from(privateKey)
  const shared = (claims: string | Uint8Array | object, header: string | object = HS) =>
    forged(header, claims, hmac(SECRET))
  const withClaims = (claims: object) => shared({ ...CLAIMS, ...claims })
  const without = (name: keyof typeof CLAIMS) => shared({ ...CLAIMS, [name]: undefined })
  const text = (before: string) => `${before}${JSON.stringify(CLAIMS).slice(1)}`
  const signedByRsa = (header: object, hash = 'sha256') =>
    forged({ kid: 'rsa', ...header }, CLAIMS, signature(keyOf(rsa), hash))
  const byStranger = (header: object) => forged({ alg: 'RS256', ...header }, CLAIMS, signature(keyOf(stranger)))
  const strangersJwk = () => ({ ...stranger.jwk })
  const altered = (token: string, part: number, change: (text: string) => string) =>
    token
      .split('.')
      .map((one, index) => (index === part ? change(one) : one))
      .join('.')

  it('is none of these, which are good', async () => {
    for (const token of [
      await aSharedToken(CLAIMS),
      shared(CLAIMS),
      signedByRsa({ alg: 'RS256' }),
      shared({
        ...CLAIMS,
        aud: ['others', CLAIMS.aud],
        nbf: at(4),
        iat: at(4),
        more: { sub: 1, nested: [{ sub: '{"' }] },
      }),
      shared(CLAIMS, { ...HS, typ: 'JWT', cty: 'x', jku: trap.url, jwk: strangersJwk(), x5u: trap.url }),
      await aToken(CLAIMS, rsa),
      await aToken(CLAIMS, pss),
      await aToken(CLAIMS, ec),
      await aToken(CLAIMS, ed),
    ])
      expect(right(await authenticate(token)).caller).to.deep.equal({ kind: 'user', id: 'ada' })
  })

  const FORGED: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['has no algorithm and no signature', () => forged({ alg: 'none' }, CLAIMS, () => '')],
    ['has no algorithm, in capitals', () => forged({ alg: 'NONE' }, CLAIMS, () => '')],
    ['has no algorithm and a signature', () => shared(CLAIMS, { alg: 'none' })],
    ['does not name its algorithm', () => shared(CLAIMS, { typ: 'JWT' })],
    ['names two algorithms', () => shared(CLAIMS, { alg: ['HS256', 'RS256'] })],
    ['names no algorithm that there is', () => shared(CLAIMS, { alg: 'constructor' })],
    ['is signed by HMAC with the public key', () => forged({ ...HS, kid: 'rsa' }, CLAIMS, hmac(spki))],
    ['is signed by HMAC with the public key in one line', () => forged(HS, CLAIMS, hmac(spki.trim()))],
    ['is signed by HMAC with the key as the set has it', () => forged(HS, CLAIMS, hmac(JSON.stringify(rsa.jwk)))],
    ['is signed by HMAC with nothing', () => forged(HS, CLAIMS, hmac(''))],
    ['is signed with the secret and says RS256', () => shared(CLAIMS, { alg: 'RS256', kid: 'rsa' })],
    ['is signed with the private key and says HS256', () => signedByRsa({ alg: 'HS256' })],
    ['is signed with another secret', () => forged(HS, CLAIMS, hmac(`${SECRET} `))],
    ['is signed with HS512', () => forged({ alg: 'HS512' }, CLAIMS, hmac(SECRET, 'sha512'))],
    ['is signed with RS512', () => signedByRsa({ alg: 'RS512' }, 'sha512')],
    [
      'is signed with PS256 and says RS256',
      async () =>
        altered(await aToken(CLAIMS, { ...pss, jwk: rsa.jwk }, { alg: 'PS256' }), 0, () =>
          Buffer.from('{"alg":"RS256","kid":"rsa"}').toString('base64url'),
        ),
    ],
    [
      'is signed with RS256 by a key for PS256',
      () => forged({ alg: 'RS256', kid: 'pss' }, CLAIMS, signature(keyOf(pss))),
    ],
    ['names a key of another kind', () => signedByRsa({ alg: 'RS256', kid: 'ec' })],
    ['says ES256 of an RSA signature', () => signedByRsa({ alg: 'ES256' })],
    ['brings its key (jwk)', () => byStranger({ jwk: strangersJwk() })],
    ['brings its key and says it is ours', () => byStranger({ kid: 'rsa', jwk: strangersJwk() })],
    ['says where its key is (jku)', () => byStranger({ kid: 'rsa', jku: trap.url })],
    ['says where its certificate is (x5u)', () => byStranger({ kid: 'rsa', x5u: trap.url })],
    ['brings its certificate (x5c)', () => byStranger({ kid: 'rsa', x5c: [spki.replace(/-.*-|\n/g, '')] })],
    ['names a file as its key', () => forged({ ...HS, kid: '../../../dev/null' }, CLAIMS, hmac(''))],
    ['names a key that every object has', () => byStranger({ kid: '__proto__' })],
    ['names its key by a number', () => signedByRsa({ alg: 'RS256', kid: 7 })],
    ['asks for an extension (crit)', () => shared(CLAIMS, { ...HS, crit: ['exp'], exp: 1 })],
    ['asks for no extension (crit)', () => shared(CLAIMS, { ...HS, crit: [] })],
    ['is not encoded (b64)', () => shared(CLAIMS, { ...HS, b64: false, crit: ['b64'] })],
    [
      'has an elliptic signature of nothing',
      () => forged({ alg: 'ES256', kid: 'ec' }, CLAIMS, () => new Uint8Array(64)),
    ],
    ['has an elliptic signature in DER', () => forged({ alg: 'ES256', kid: 'ec' }, CLAIMS, signature(keyOf(ec)))],
    ['has no signature', () => shared(CLAIMS).replace(/[^.]*$/, '')],
    ['has two parts', () => shared(CLAIMS).split('.').slice(0, 2).join('.')],
    ['has four parts', () => `${shared(CLAIMS)}.`],
    ['has five parts', () => `${shared(CLAIMS)}.e30.e30`],
    ['lost its last character', () => shared(CLAIMS).slice(0, -1)],
    ['lost its second half', () => shared(CLAIMS).slice(0, 90)],
    [
      'was altered in its header',
      () => altered(shared(CLAIMS), 0, () => Buffer.from('{"alg":"HS256" }').toString('base64url')),
    ],
    [
      'was altered in its claims',
      () =>
        altered(shared(CLAIMS), 1, () => Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'bob' })).toString('base64url')),
    ],
    [
      'was altered in bits that say nothing',
      () => {
        const token = shared(CLAIMS)
        const bits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        return token.slice(0, -1) + (bits[bits.indexOf(token.at(-1) ?? '') + 1] ?? '')
      },
    ],
    ['is padded', () => `${shared(CLAIMS)}=`],
    ['ends with a line', () => `${shared(CLAIMS)}\n`],
    ['says twice who is meant', () => shared(text('{"sub":"bob",'))],
    ['says twice who is meant, spelt otherwise', () => shared(text('{"\\u0073ub":"bob",'))],
    ['says twice when it expires', () => shared(text('{ "exp" : 1,'))],
    ['names two algorithms, one after the other', () => shared(CLAIMS, '{"alg":"none","alg":"HS256"}')],
    ['does not expire', () => without('exp')],
    ['expires in words', () => withClaims({ exp: String(CLAIMS.exp) })],
    ['expires never', () => shared(text('{').replace(/"exp":\d+/, '"exp":1e999'))],
    ['expires at null', () => withClaims({ exp: null })],
    ['expires in a list', () => withClaims({ exp: [CLAIMS.exp] })],
    ['has expired', () => withClaims({ exp: at(0) })],
    ['is not good yet', () => withClaims({ nbf: at(6) })],
    ['is good from a word on', () => withClaims({ nbf: '0' })],
    ['was made at a word', () => withClaims({ iat: 'now' })],
    ['is for nobody', () => without('sub')],
    ['is for a number', () => withClaims({ sub: 7 })],
    ['is for several', () => withClaims({ sub: ['ada'] })],
    ['is for an object', () => withClaims({ sub: { toString: 'ada' } })],
    ['is for an empty name', () => withClaims({ sub: '' })],
    ['is for ..', () => withClaims({ sub: '..' })],
    ['is for two words', () => withClaims({ sub: 'ada lovelace' })],
    ['is for a name with an accent', () => withClaims({ sub: 'adá' })],
    ['is for a name that is too long', () => withClaims({ sub: 'a'.repeat(256) })],
    ['is from nobody', () => without('iss')],
    ['is from somebody else', () => withClaims({ iss: `${CLAIMS.iss}/` })],
    ['is from a list', () => withClaims({ iss: [CLAIMS.iss] })],
    ['is meant for nobody', () => without('aud')],
    ['is meant for others', () => withClaims({ aud: ['others', 'Messenger'] })],
    ['is meant for a list of lists', () => withClaims({ aud: [[CLAIMS.aud]] })],
    ['is meant for an object', () => withClaims({ aud: { [CLAIMS.aud]: true } })],
    ['is longer than 8 KB', () => withClaims({ more: 'x'.repeat(6200) })],
    ['is 8 KB of nothing', () => 'x'.repeat(8192)],
    ['is 8 KB of dots', () => '.'.repeat(8192)],
    ['is 6 KB of brackets', () => shared(`${'['.repeat(3000)}${']'.repeat(3000)}`)],
    ['has a list for claims', () => shared([CLAIMS])],
    ['has no JSON for claims', () => shared('sub=ada')],
    ['has claims that are no UTF-8', () => shared(Buffer.from(`{"sub":"ada\xff"`, 'latin1'))],
    ['has claims after a mark', () => shared(`\ufeff${JSON.stringify(CLAIMS)}`)],
    ['has null for a header', () => shared(CLAIMS, 'null')],
    ['is nothing', () => ''],
    ['is three empty parts', () => '..'],
    ['is no token', () => 'élan.\u0000.🙂'],
  ]

  for (const [what, token] of FORGED)
    it(`that ${what} is refused, in words that repeat nothing of it`, async () => {
      const answer = left(await authenticate(await token()))
      expect(answer.kind).to.equal('Unauthenticated')
      if (answer.kind !== 'Unauthenticated') return
      expect(answer.detail)
        .to.match(/^The [ -~]+$/)
        .and.not.match(/ada|bob|accounts|messenger|RS256|HS256|eyJ/)
    })

  it('that was signed with a short key of the set is refused', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const short = { jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid: 'short' } }
    const keySet = hold(await aKeyServer(setOf(short, rsa)), ({ close }) => close())
    const authenticator = tokenAuthenticator({ ...settings, keySetUrl: keySet.url }, aClock())
    const token = forged({ alg: 'RS256', kid: 'short' }, CLAIMS, signature(pair.privateKey))
    expect(left(await authenticator.authenticate(token)).kind).to.equal('Unauthenticated')
  })

  it('that names a shared key of the set is refused', async () => {
    const oct = { jwk: { kty: 'oct', kid: 'shared', k: Buffer.from('x'.repeat(32)).toString('base64url') } }
    const keySet = hold(await aKeyServer(setOf(oct, rsa)), ({ close }) => close())
    const authenticator = tokenAuthenticator({ ...RULES, keySetUrl: keySet.url }, aClock())
    const token = forged({ ...HS, kid: 'shared' }, CLAIMS, hmac('x'.repeat(32)))
    expect(left(await authenticator.authenticate(token)).kind).to.equal('Unauthenticated')
    expect(keySet.asked()).to.equal(0)
  })

  it('that is signed as it should, where nobody trusts such a key, is refused', async () => {
    const secretOnly = tokenAuthenticator({ ...RULES, secrets: [SECRET] }, aClock())
    const keysOnly = tokenAuthenticator({ ...RULES, keySetUrl: server.url }, aClock())
    expect(left(await secretOnly.authenticate(await aToken(CLAIMS, rsa))).kind).to.equal('Unauthenticated')
    expect(left(await keysOnly.authenticate(await aSharedToken(CLAIMS))).kind).to.equal('Unauthenticated')
  })

  it('has fetched nothing, and the key server was asked once at the most for all of them', () => {
    expect(trap.asked()).to.equal(0)
    expect(server.asked()).to.be.at.most(1)
  })

  it('is made with keys that would do elsewhere', async () => {
    const trusting = tokenAuthenticator({ ...RULES, keySetUrl: trap.url }, aClock())
    right(await trusting.authenticate(byStranger({ kid: 'rsa' })))
  })
})
