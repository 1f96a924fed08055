import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../src/config.ts'
import { left, right } from '../fixtures.ts'
import { releasing } from '../releasing.ts'

const SECRET = 'hunter2-hunter2-hunter2-hunter2!'
const ROOT_KEY = 'root-hunter2-hunter2-hunter2-key'
const URL_OF_KEYS = 'https://accounts.example.com/jwks.json'
const jwkOf = (type: 'private' | 'public') => {
  const pair = generateKeyPairSync('ed25519')
  return (type === 'public' ? pair.publicKey : pair.privateKey).export({ format: 'jwk' })
}
const aShortKey = () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })

describe('The configuration of callers', () => {
  const hold = releasing()

  const aFile = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'messenger-test-auth-config-'))
    const path = join(
      hold(folder, () => rmSync(folder, { recursive: true })),
      'file',
    )
    writeFileSync(path, text)
    return path
  }

  it('lets everybody in when nothing is said', () => {
    expect(right(readConfig({})).auth).to.equal(undefined)
  })

  it('takes each way by itself, and a secret beside a key set', () => {
    const tokens = {
      secrets: [],
      keySetUrl: undefined,
      keySetFile: undefined,
      issuer: undefined,
      audience: undefined,
    }
    expect(right(readConfig({ AUTH_ROOT_KEY: ROOT_KEY })).auth).to.deep.equal({
      rootKeys: [ROOT_KEY],
      tokens: undefined,
    })
    expect(right(readConfig({ AUTH_JWT_SECRET: ` ${SECRET}\n` })).auth).to.deep.equal({
      rootKeys: [],
      tokens: { ...tokens, secrets: [SECRET] },
    })
    const both = { AUTH_JWKS_URL: URL_OF_KEYS, AUTH_AUDIENCE: 'chat', AUTH_JWT_SECRET: SECRET, AUTH_ROOT_KEY: ROOT_KEY }
    expect(right(readConfig(both)).auth).to.deep.equal({
      rootKeys: [ROOT_KEY],
      tokens: { ...tokens, secrets: [SECRET], keySetUrl: URL_OF_KEYS, audience: 'chat' },
    })
    const keySetFile = aFile(JSON.stringify({ keys: [jwkOf('public')] }))
    expect(right(readConfig({ AUTH_JWKS_FILE: keySetFile, AUTH_ISSUER: 'us' })).auth?.tokens).to.deep.equal({
      ...tokens,
      keySetFile,
      issuer: 'us',
    })
  })

  it('reads secrets from files', () => {
    const environment = { AUTH_JWT_SECRET_FILE: aFile(`${SECRET}\n`), AUTH_ROOT_KEY_FILE: aFile(`${ROOT_KEY}\n`) }
    const { auth } = right(readConfig(environment))
    expect(auth?.rootKeys).to.deep.equal([ROOT_KEY])
    expect(auth?.tokens?.secrets).to.deep.equal([SECRET])
  })

  it('takes what was accepted before beside what takes its place, which comes first', () => {
    const [secret, key] = [`new ${SECRET}`, `new-${ROOT_KEY}`]
    const environment = {
      AUTH_JWT_SECRET: secret,
      AUTH_JWT_SECRET_PREVIOUS_FILE: aFile(`${SECRET}\n`),
      AUTH_ROOT_KEY_FILE: aFile(key),
      AUTH_ROOT_KEY_PREVIOUS: ROOT_KEY,
    }
    const { auth } = right(readConfig(environment))
    expect(auth?.tokens?.secrets).to.deep.equal([secret, SECRET])
    expect(auth?.rootKeys).to.deep.equal([key, ROOT_KEY])
  })

  it('counts the bytes of a secret', () => {
    expect(right(readConfig({ AUTH_JWT_SECRET: 'é'.repeat(16) })).auth?.tokens?.secrets[0]).to.have.length(16)
  })

  for (const url of [
    'http://localhost:8080/keys',
    'http://127.0.0.1/keys',
    'http://[::1]:1/keys',
    'http://keycloak:8080/keys',
  ])
    it(`takes a key set without TLS from near: ${url}`, () => {
      right(readConfig({ AUTH_JWKS_URL: url, AUTH_ISSUER: 'us' }))
    })

  for (const [name, value] of [
    ...['AUTH_JWT_SECRET', 'AUTH_JWKS_URL', 'AUTH_JWKS_FILE', 'AUTH_ROOT_KEY', 'AUTH_ISSUER', 'AUTH_AUDIENCE']
      .concat('AUTH_JWT_SECRET_FILE', 'AUTH_ROOT_KEY_FILE', 'AUTH_JWT_SECRET_PREVIOUS', 'AUTH_ROOT_KEY_PREVIOUS_FILE')
      .flatMap((name) => [[name, ''] as const, [name, ' \n'] as const]),
    ['AUTH_JWT_SECRET', 'hunter2'.repeat(4)],
    ['AUTH_JWT_SECRET_PREVIOUS', 'hunter2'.repeat(4)],
    ['AUTH_JWT_SECRET_PREVIOUS', SECRET],
    ['AUTH_ROOT_KEY_PREVIOUS', 'hunter2'.repeat(4)],
    ['AUTH_ROOT_KEY_PREVIOUS', ROOT_KEY],
    ['AUTH_ROOT_KEY', 'hunter2'.repeat(4)],
    ['AUTH_ROOT_KEY', `${ROOT_KEY} ${ROOT_KEY}`],
    ['AUTH_ROOT_KEY', `${ROOT_KEY}é`],
    ['AUTH_JWT_SECRET_FILE', '/hunter2'],
    ['AUTH_ROOT_KEY_FILE', '/hunter2'],
    ['AUTH_ISSUER', 'hunter2'],
    ['AUTH_AUDIENCE', 'hunter2'],
    ['AUTH_SECRET', 'hunter2'],
    ['AUTH_JWKS_URL_FILE', 'hunter2'],
    ['AUTH_JWKS_FILE_FILE', 'hunter2'],
    ['AUTH_JWT_SECRETS', ''],
    ['auth_jwt_secret', SECRET],
  ] as const)
    it(`does not start with ${name}=${JSON.stringify(value)}, and says so in one sentence`, () => {
      const errors = left(readConfig({ [name]: value }))
      expect(errors).to.have.length(1)
      expect(errors[0])
        .to.match(new RegExp(`^${name} `))
        .and.not.include('hunter2')
    })

  for (const url of [
    'hunter2',
    'ftp://hunter2/',
    'file:///hunter2',
    'http://hunter2.example.com/',
    'http://10.0.0.7/hunter2',
    'http://127.0.0.1.hunter2.example.com/',
    'http://[fd00::1]/hunter2',
    'http://u:hunter2@localhost/',
    'http://hunter2@localhost/',
    'https://u:hunter2@accounts.example.com/',
  ])
    it(`does not start with a key set at ${url}`, () => {
      const errors = left(readConfig({ AUTH_JWKS_URL: url, AUTH_ISSUER: 'us' }))
      expect(errors).to.have.length(1)
      expect(errors[0])
        .to.match(/^AUTH_JWKS_URL must be an https URL/)
        .and.not.include('hunter2')
    })

  for (const [what, environment, ...names] of [
    ['a key set for anybody', { AUTH_JWKS_URL: URL_OF_KEYS }, 'AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'],
    ['an issuer beside a root key alone', { AUTH_ROOT_KEY: ROOT_KEY, AUTH_ISSUER: 'us' }, 'AUTH_ISSUER'],
    [
      'a secret twice',
      { AUTH_JWT_SECRET: SECRET, AUTH_JWT_SECRET_FILE: '/dev/null' },
      'AUTH_JWT_SECRET',
      'AUTH_JWT_SECRET_FILE',
    ],
    [
      'a secret that takes its own place',
      { AUTH_JWT_SECRET: SECRET, AUTH_JWT_SECRET_PREVIOUS: SECRET },
      'AUTH_JWT_SECRET_PREVIOUS',
      'AUTH_JWT_SECRET',
    ],
    [
      'a root key that takes its own place',
      { AUTH_ROOT_KEY: ROOT_KEY, AUTH_ROOT_KEY_PREVIOUS: ROOT_KEY },
      'AUTH_ROOT_KEY_PREVIOUS',
    ],
    [
      'a previous secret beside a set',
      { AUTH_JWKS_URL: URL_OF_KEYS, AUTH_ISSUER: 'us', AUTH_JWT_SECRET_PREVIOUS: SECRET },
      'AUTH_JWT_SECRET_PREVIOUS',
      'AUTH_JWT_SECRET',
    ],
    ['an empty file', { AUTH_JWT_SECRET_FILE: '/dev/null' }, 'AUTH_JWT_SECRET_FILE'],
    ['no file of keys', { AUTH_JWKS_FILE: '/nowhere/keys', AUTH_ISSUER: 'us' }, 'AUTH_JWKS_FILE'],
  ] as const)
    it(`does not start with ${what}`, () => {
      const errors = left(readConfig(environment))
      expect(errors).to.have.length(1)
      for (const name of names) expect(errors[0]).to.match(new RegExp(`\\b${name}\\b`))
    })

  for (const [what, text] of [
    ['nothing', ''],
    ['no JSON', '-----BEGIN PUBLIC KEY-----'],
    ['a lone key', JSON.stringify(jwkOf('public'))],
    ['no key', '{"keys":[]}'],
    ['a private key', JSON.stringify({ keys: [jwkOf('private')] })],
    ['a key for encryption', JSON.stringify({ keys: [{ ...jwkOf('public'), use: 'enc' }] })],
    ['a short key', JSON.stringify({ keys: [aShortKey()] })],
    ['a shared secret', JSON.stringify({ keys: [{ kty: 'oct', k: 'A'.repeat(43) }] })],
  ] as const)
    it(`does not start with a file of keys that holds ${what}`, () => {
      const errors = left(readConfig({ AUTH_JWKS_FILE: aFile(text), AUTH_ISSUER: 'us' }))
      expect(errors).to.have.length(1)
      expect(errors[0]).to.match(/^AUTH_JWKS_FILE must name a JSON Web Key Set with a public key/)
    })

  it('refuses two key sets', () => {
    const keySetFile = aFile(JSON.stringify({ keys: [jwkOf('public')] }))
    const errors = left(readConfig({ AUTH_JWKS_FILE: keySetFile, AUTH_JWKS_URL: URL_OF_KEYS, AUTH_ISSUER: 'us' }))
    expect(errors).to.deep.equal(['AUTH_JWKS_URL and AUTH_JWKS_FILE must not both be set: remove one of the two'])
  })
})
