import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY, type Caller, type Scope, SCOPES, type UserId } from '../../src/domain/caller.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import { Instant } from '../../src/domain/instant.ts'
import { isExpired, KeyChats, KeyName, KeyScopes, KeySecret } from '../../src/domain/keys/api-key.ts'
import { issue, mayManageKeys } from '../../src/domain/keys/issue-key.ts'
import { aChatId, later, left, NOON, right, upTo } from '../fixtures.ts'
import { aKeyDraft, aKeyId, aNewKey, aService } from '../key-fixtures.ts'

const scopes = fc.subarray([...SCOPES])
const chats = fc.option(fc.subarray([1, 2, 3]).map((ids) => ids as ChatId[]))

describe('A key', () => {
  it('is named as a chat is', () => {
    expect(right(KeyName.parse('  backend\n'))).to.equal('backend')
    expect(left(KeyName.parse('\u200b'))).to.deep.equal({ kind: 'TextInvisible' })
    expect(left(KeyName.parse('x'.repeat(201)))).to.deep.equal({ kind: 'TextTooLong', limit: 200 })
  })

  it('has a scope or several, and chats or none at all, each once', () => {
    expect(right(KeyScopes.parse(['metrics', 'read']))).to.deep.equal(['read', 'metrics'])
    expect(left(KeyScopes.parse([]))).to.deep.equal({ kind: 'ListTooShort', least: 1 })
    expect(left(KeyScopes.parse(['read', 'read']))).to.deep.equal({ kind: 'ListRepeats' })
    const ids = upTo(101).map(aChatId)
    expect(right(KeyChats.parse(ids.slice(0, 100)))).to.have.length(100)
    expect(left(KeyChats.parse(ids))).to.deep.equal({ kind: 'ListTooLong', most: 100 })
    expect(left(KeyChats.parse([]))).to.deep.equal({ kind: 'ListTooShort', least: 1 })
    expect(left(KeyChats.parse([aChatId(), aChatId()]))).to.deep.equal({ kind: 'ListRepeats' })
  })

  it('is over from the moment on at which it expires', () => {
    const key = { ...aNewKey({ expiresAt: NOON }), id: aKeyId(), lastUsedAt: null }
    expect([isExpired(key, later(-1)), isExpired(key, NOON), isExpired(key, later(1))]).to.deep.equal([
      false,
      true,
      true,
    ])
    expect(isExpired({ ...key, expiresAt: null }, later(1e15))).to.equal(false)
  })

  it('is known by the form of its secret', () => {
    const secret = `msgr_${'aZ09-_'.repeat(8).slice(0, 43)}`
    expect(KeySecret.isWellFormed(secret)).to.equal(true)
    for (const other of [`${secret}x`, secret.slice(1), secret.slice(0, -1), secret.replace('-', '+'), `${secret}\n`])
      expect(KeySecret.isWellFormed(other), other).to.equal(false)
  })
})

describe('Making a key', () => {
  it('gives away nothing beyond the scopes and chats of whoever makes it', () => {
    const caller = fc.record({ scopes, chatIds: chats })
    const property = fc.property(caller, fc.record({ scopes, chatIds: chats }), (own, wanted) => {
      const maker = aService(own.scopes, own.chatIds ?? undefined)
      const issued = issue(maker, aKeyDraft(wanted), NOON)
      const isWithin =
        wanted.scopes.every((scope) => own.scopes.includes(scope)) &&
        (own.chatIds === null || wanted.chatIds?.every((id) => own.chatIds?.includes(id)) === true)
      expect(E.isRight(issued)).to.equal(own.scopes.includes('keys') && own.chatIds === null && isWithin)
      if (E.isRight(issued)) expect(issued.right).to.deep.equal({ ...aKeyDraft(wanted), createdAt: NOON })
      else expect(issued.left.kind).to.equal('Forbidden')
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it('names the scopes that its maker lacks', () => {
    const refusal = left(issue(aService(['read', 'keys']), aKeyDraft({ scopes: ['read', 'write', 'act'] }), NOON))
    expect(refusal).to.deep.equal({
      kind: 'Forbidden',
      detail: 'The key that asks does not have the scope write, act itself',
    })
  })

  it('is for services, for themselves, with the scope keys and without a limit to some chats', () => {
    const id = 'alice' as UserId
    const grant = { scopes: SCOPES }
    const callers: readonly (readonly [Caller, boolean])[] = [
      [ANYBODY, true],
      [aService(['keys']), true],
      [aService(['read', 'write', 'act', 'metrics'] satisfies Scope[]), false],
      [aService(SCOPES, [1]), false],
      [{ kind: 'user', id }, false],
      [{ kind: 'user', id, grant }, false],
    ]
    for (const [caller, may] of callers) {
      expect(E.isRight(mayManageKeys(caller)), JSON.stringify(caller)).to.equal(may)
      if (!may) expect(left(issue(caller, aKeyDraft({ scopes: ['read'] }), NOON)).kind).to.equal('Forbidden')
    }
  })

  it('takes a time that is to come, up to the year 9999', () => {
    const expiring = (expiresAt: Date) => issue(ANYBODY, aKeyDraft({ expiresAt }), NOON)
    expect(right(expiring(later(1))).expiresAt).to.deep.equal(later(1))
    expect(right(expiring(new Date('9999-12-31T23:59:59.999Z'))).createdAt).to.deep.equal(NOON)
    for (const at of [NOON, later(-1), new Date(Date.UTC(10_000, 0))])
      expect(left(expiring(at))).to.deep.equal({ kind: 'ExpiryOutOfRange' })
  })
})

describe('A moment', () => {
  it('is read as RFC 3339 writes it', () => {
    for (const [text, moment] of [
      ['2026-03-14T12:00:00Z', '2026-03-14T12:00:00.000Z'],
      ['2026-03-14T12:00:00.5+05:30', '2026-03-14T06:30:00.500Z'],
      ['2024-02-29T23:59:59.123456789-00:00', '2024-02-29T23:59:59.123Z'],
      ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ] as const)
      expect(right(Instant.parse(text)).toISOString(), text).to.equal(moment)
  })

  it('is none when the calendar does not have it, or it is written otherwise', () => {
    const wrong = ['2026-02-29', '2026-02-30', '2100-02-29', '2026-04-31', '2026-13-01', '2026-00-01', '2026-01-00']
    for (const text of [
      ...wrong.map((date) => `${date}T00:00:00Z`),
      '2026-03-14',
      '2026-03-14T12:00Z',
      '2026-03-14T12:00:00',
      '2026-03-14 12:00:00Z',
      '2026-03-14t12:00:00z',
      '2026-03-14T24:00:00Z',
      '2026-03-14T12:60:00Z',
      '2026-03-14T12:00:60Z',
      '2026-03-14T12:00:00.Z',
      '2026-03-14T12:00:00+24:00',
      '2026-03-14T12:00:00+0100',
      '+02026-03-14T12:00:00Z',
      '2026-03-14T12:00:00Z\n',
      '',
    ])
      expect(E.isLeft(Instant.parse(text)), text).to.equal(true)
  })
})
