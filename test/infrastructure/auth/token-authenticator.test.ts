import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Credential } from '../../../src/application/ports/authenticator.ts'
import { REMEMBERED_MS, tokenAuthenticator } from '../../../src/infrastructure/auth/token-authenticator.ts'
import { left, right } from '../../fixtures.ts'
import { releasing } from '../../releasing.ts'
import { until } from '../../until.ts'
import { aKeyServer } from './key-server.ts'
import { aClock, aSharedToken, aSigner, aToken, at, CLAIMS, RULES, SECRET, setOf } from './tokens.ts'

/** How often a signature was verified, which is where every call of jose ends. */
const countingVerifications = () => {
  const { subtle } = crypto
  const verify = subtle.verify.bind(subtle)
  let calls = 0
  subtle.verify = (...given) => {
    calls += 1
    return verify(...given)
  }
  return { calls: () => calls, stop: () => Reflect.deleteProperty(subtle, 'verify') }
}

describe('The authenticator of tokens', () => {
  const hold = releasing()
  const keyServer = async (text: string) => hold(await aKeyServer(text), ({ close }) => close())
  const authenticatorOf = (...given: Parameters<typeof tokenAuthenticator>) =>
    hold(tokenAuthenticator(...given), ({ close }) => close()).authenticate

  it('remembers a token: it is answered at once, and verified once', async () => {
    const verifications = hold(countingVerifications(), ({ stop }) => stop())
    const authenticate = authenticatorOf({ ...RULES, secrets: [SECRET] }, aClock())
    const token = await aSharedToken(CLAIMS)
    const first = right(await authenticate(token))
    expect(verifications.calls()).to.equal(1)
    for (let time = 0; time < 100; time++) {
      const answer = authenticate(token)
      if (answer instanceof Promise) throw new Error('a token that is remembered was waited for')
      expect(right(answer)).to.equal(first)
    }
    expect(verifications.calls()).to.equal(1)
  })

  it('verifies it once more after five minutes', async () => {
    const verifications = hold(countingVerifications(), ({ stop }) => stop())
    const clock = aClock()
    const authenticate = authenticatorOf({ secrets: [SECRET] }, clock)
    const token = await aSharedToken(CLAIMS)
    const first = right(await authenticate(token))
    clock.advance(REMEMBERED_MS - 1)
    await authenticate(token)
    expect(verifications.calls()).to.equal(1)
    clock.advance(1)
    right(await authenticate(token))
    expect(verifications.calls()).to.equal(2)
    expect(first.holds()).to.equal(true)
  })

  it('forgets a token when it expires, and so does whoever had it from it', async () => {
    const clock = aClock()
    const authenticate = authenticatorOf({ secrets: [SECRET] }, clock)
    const token = await aSharedToken({ ...CLAIMS, exp: at(2.5) })
    const credential = right(await authenticate(token))
    clock.advance(2499)
    expect(credential.holds()).to.equal(true)
    right(await authenticate(token))
    clock.advance(1)
    expect(credential.holds()).to.equal(false)
    expect(left(await authenticate(token))).to.deep.include({
      kind: 'Unauthenticated',
      detail: 'The token has expired',
    })
  })

  it('remembers tokens within a limit', async () => {
    const verifications = hold(countingVerifications(), ({ stop }) => stop())
    const authenticate = authenticatorOf({ secrets: [SECRET] }, aClock())
    const token = await aSharedToken(CLAIMS)
    await authenticate(token)
    // Each is given half a kilobyte besides: 16 MiB hold fewer than 3,000 of these.
    const many = Array.from({ length: 3000 }, (_, index) =>
      aSharedToken({ ...CLAIMS, jti: `${index}${'x'.repeat(5000)}` }),
    )
    for (const other of await Promise.all(many)) right(await authenticate(other))
    right(await authenticate(token))
    expect(verifications.calls()).to.equal(3002)
  })

  it('does not remember what it refused', async () => {
    const clock = aClock()
    const authenticate = authenticatorOf({ secrets: [SECRET] }, clock)
    const token = await aSharedToken({ ...CLAIMS, nbf: at(10) })
    expect(left(await authenticate(token)).kind).to.equal('Unauthenticated')
    clock.advance(5000)
    right(await authenticate(token))
  })

  it('asks for an issuer and an audience only where they are set', async () => {
    const token = await aSharedToken({ sub: 'ada', exp: CLAIMS.exp })
    right(await authenticatorOf({ secrets: [SECRET] }, aClock())(token))
    const refused = left(await authenticatorOf({ secrets: [SECRET], audience: CLAIMS.aud }, aClock())(token))
    expect(refused).to.have.property('detail', 'The token is not meant for this service')
  })

  it('holds a token against the secret or the set, by its algorithm, where there are both', async () => {
    const signer = await aSigner('ES256', 'one')
    const server = await keyServer(setOf(signer))
    const authenticate = authenticatorOf({ ...RULES, secrets: [SECRET], keySetUrl: server.url }, aClock())
    right(await authenticate(await aSharedToken(CLAIMS)))
    expect(server.asked()).to.equal(0)
    right(await authenticate(await aToken(CLAIMS, signer)))
  })

  it('takes what is signed with either secret while it is changed, and nothing else', async () => {
    const successor = 'another thirty-two bytes, and a few more'
    const authenticate = authenticatorOf({ secrets: [successor, SECRET] }, aClock())
    for (const secret of [successor, SECRET]) right(await authenticate(await aSharedToken(CLAIMS, secret)))
    for (const secret of [successor + SECRET, `${SECRET} `, successor.slice(1)])
      expect(left(await authenticate(await aSharedToken(CLAIMS, secret))).kind).to.equal('Unauthenticated')
    const changed = authenticatorOf({ secrets: [successor] }, aClock())
    expect(left(await changed(await aSharedToken(CLAIMS))).kind).to.equal('Unauthenticated')
  })

  it('tries each key that fits a token without a kid', async () => {
    const signers = await Promise.all([aSigner('ES256', 'one'), aSigner('ES256', 'two'), aSigner('RS256', 'three')])
    const server = await keyServer(setOf(...signers))
    const authenticate = authenticatorOf({ ...RULES, keySetUrl: server.url }, aClock())
    for (const signer of signers) right(await authenticate(await aToken(CLAIMS, signer, { kid: undefined })))
  })

  it('lets go of tokens whose key has left the set', async () => {
    const [old, young] = await Promise.all([aSigner('EdDSA', 'old'), aSigner('EdDSA', 'young')])
    const server = await keyServer(setOf(old, young))
    const clock = aClock()
    const authenticate = authenticatorOf({ ...RULES, keySetUrl: server.url }, clock)
    const tokens = await Promise.all([old, young].map((signer) => aToken(CLAIMS, signer)))
    const credentials: Credential[] = []
    for (const token of tokens) credentials.push(right(await authenticate(token)))
    const holding = () => credentials.map(({ holds }) => holds())

    server.serve(setOf(young))
    clock.advance(4 * 60_000)
    expect(holding()).to.deep.equal([true, true])
    expect(server.asked()).to.equal(1)
    clock.advance(60_000)
    // Nobody asks but those who hold: streams, say.
    await until(() => holding()[0] === false)
    expect(holding()).to.deep.equal([false, true])
    expect(left(await authenticate(tokens[0] ?? '')).kind).to.equal('Unauthenticated')
    right(await authenticate(tokens[1] ?? ''))
  })

  it('follows a file of keys that is replaced', async () => {
    const [old, young] = await Promise.all([aSigner('RS256', 'old'), aSigner('PS256', 'young')])
    const folder = hold(mkdtempSync(join(tmpdir(), 'messenger-test-keys-')), (path) =>
      rmSync(path, { recursive: true }),
    )
    const keySetFile = join(folder, 'keys')
    writeFileSync(keySetFile, setOf(old))
    const clock = aClock()
    const failures: unknown[] = []
    const authenticate = authenticatorOf({ ...RULES, keySetFile }, clock, (failure) => failures.push(failure))
    const credential = right(await authenticate(await aToken(CLAIMS, old)))

    writeFileSync(`${keySetFile}.new`, setOf(young))
    renameSync(`${keySetFile}.new`, keySetFile)
    clock.advance(5000)
    right(await authenticate(await aToken(CLAIMS, young)))
    expect(credential.holds()).to.equal(false)

    rmSync(keySetFile)
    clock.advance(5000)
    right(await authenticate(await aToken({ ...CLAIMS, jti: 'other' }, young)))
    await until(() => failures.length > 0)
    right(await authenticate(await aToken({ ...CLAIMS, jti: 'another' }, young)))
  })

  it('is unavailable, and does not hang, when the key server does', async () => {
    const signer = await aSigner('RS256', 'one')
    const server = await keyServer('')
    server.answer(() => {})
    const authenticate = authenticatorOf({ ...RULES, secrets: [SECRET], keySetUrl: server.url }, aClock())
    const token = await aToken(CLAIMS, signer)
    const answers = await Promise.all(Array.from({ length: 20 }, async () => authenticate(token)))
    expect(answers.map((answer) => left(answer).kind)).to.deep.equal(Array.from({ length: 20 }, () => 'Unavailable'))
    expect(server.asked()).to.equal(1)
    right(await authenticate(await aSharedToken(CLAIMS)))
  })

  it('serves through a rotation under load, with one look at the key server for each new key', async () => {
    const signers = await Promise.all(Array.from({ length: 4 }, (_, index) => aSigner('ES256', `key ${index}`)))
    const server = await keyServer(setOf())
    const clock = aClock()
    const authenticate = authenticatorOf({ ...RULES, keySetUrl: server.url }, clock)
    for (const [index, signer] of signers.entries()) {
      server.serve(setOf(...signers.slice(Math.max(0, index - 1), index + 1)))
      clock.advance(5000)
      const tokens = await Promise.all(Array.from({ length: 50 }, (_, jti) => aToken({ ...CLAIMS, jti }, signer)))
      for (const answer of await Promise.all(tokens.map(async (token) => authenticate(token)))) right(answer)
      expect(server.asked()).to.equal(index + 1)
    }
  })
})
