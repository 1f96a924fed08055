import { expect } from 'chai'
import { createKey } from '../../../src/application/keys/create-key.ts'
import { listKeys } from '../../../src/application/keys/list-keys.ts'
import { revokeKey } from '../../../src/application/keys/revoke-key.ts'
import { type Caller, SCOPES, type UserId } from '../../../src/domain/caller.ts'
import { cryptoSecrets } from '../../../src/infrastructure/crypto/secrets.ts'
import { memoryKeys } from '../../../src/infrastructure/memory/keys.ts'
import { left, NOON, right } from '../../fixtures.ts'
import { aKeyDraft, aService } from '../../key-fixtures.ts'

describe('Managing keys', () => {
  const managed = () => {
    const keys = memoryKeys()
    const create = createKey(keys, cryptoSecrets, { now: () => NOON })
    return { keys, create, list: listKeys(keys), revoke: revokeKey(keys) }
  }
  const all = { limit: 100 }

  it('is for services with the scope keys, and changes nothing for anybody else', async () => {
    const { keys, create, list, revoke } = managed()
    const keeper = aService(['keys', 'read', 'write'])
    const { key } = right(await create(keeper, aKeyDraft())())
    const others: readonly Caller[] = [
      aService(['read', 'write', 'act', 'metrics']),
      aService(SCOPES, [1]),
      { kind: 'user', id: 'alice' as UserId },
      { kind: 'user', id: 'alice' as UserId, grant: { scopes: SCOPES } },
    ]
    for (const other of others) {
      const answers = [await create(other, aKeyDraft())(), await list(other, all)(), await revoke(other, key.id)()]
      expect(answers.map((answer) => left<{ kind: string }>(answer).kind)).to.deep.equal(Array(3).fill('Forbidden'))
    }
    expect(right(await keys.list(all)()).entries).to.deep.equal([key])
    expect(right(await list(keeper, all)()).entries).to.deep.equal([key])
    right(await revoke(keeper, key.id)())
    expect(right(await keys.list(all)()).entries).to.deep.equal([])
  })

  it('tells a secret, by whose digest alone the key is found', async () => {
    const { keys, create } = managed()
    const { key, secret } = right(await create(aService(SCOPES), aKeyDraft())())
    expect(JSON.stringify(key)).to.not.include(secret)
    expect(right(await keys.find([cryptoSecrets.digestOf(secret)])()).size).to.equal(1)
    expect(right(await keys.find([secret as never])()).size).to.equal(0)
  })
})

describe('Secrets', () => {
  it('have 256 bits, none like another, and are told apart by all of their digests', () => {
    const secrets = Array.from({ length: 1000 }, cryptoSecrets.make)
    expect(new Set(secrets).size).to.equal(1000)
    for (const secret of secrets) expect(Buffer.from(secret.slice('msgr_'.length), 'base64url')).to.have.length(32)
    // SHA-256 of "abc", FIPS 180-2, appendix B.1.
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    const digest = cryptoSecrets.digestOf('abc')
    expect(Buffer.from(digest, 'base64url').toString('hex')).to.equal(abc)
    expect(cryptoSecrets.isSame(digest, cryptoSecrets.digestOf('abc'))).to.equal(true)
    for (const other of [cryptoSecrets.digestOf('abd'), digest.slice(0, -1), `${digest}x`, ''])
      expect(cryptoSecrets.isSame(digest, other as typeof digest)).to.equal(false)
  })
})
