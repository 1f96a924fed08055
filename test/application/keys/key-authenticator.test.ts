import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { keyAuthenticator } from '../../../src/application/keys/key-authenticator.ts'
import { SCOPES } from '../../../src/domain/caller.ts'
import { cryptoSecrets } from '../../../src/infrastructure/crypto/secrets.ts'
import { aChatId, later, NOON, right, upTo } from '../../fixtures.ts'
import { until } from '../../until.ts'
import { aServer, aStore } from './servers.ts'

const GONE = 'There is no such key, or it was revoked'
const ROOT_KEY = 'root-key-of-at-least-32-characters'

describe('A key of a service', () => {
  it('is a service with its scopes and chats', async () => {
    const { keys, make } = aStore()
    const { credential } = aServer(keys)
    const [all, some] = [await make(), await make({ scopes: ['act'], chatIds: [aChatId(7)] })]
    const service = (grant: object) => ({ kind: 'service', grant })
    expect((await credential(all.secret)).caller).to.deep.equal(service({ scopes: ['read', 'write'] }))
    expect((await credential(some.secret)).caller).to.deep.equal(service({ scopes: ['act'], chatIds: [7] }))
  })

  it('is asked for once, and answered at once from then on, by the same credential', async () => {
    const { keys, make, asked } = aStore()
    const { authenticate, credential } = aServer(keys)
    const { secret } = await make()
    expect(authenticate(secret)).to.be.an.instanceOf(Promise)
    const first = await credential(secret)
    for (let n = 0; n < 100; n++) expect(authenticate(secret)).to.deep.equal(E.right(first))
    expect(asked.length).to.be.at.most(2)
  })

  it('is asked for together with others that come meanwhile', async () => {
    const { keys, make, asked } = aStore()
    const { outcome } = aServer(keys)
    const made = await Promise.all(upTo(50).map(() => make()))
    await Promise.all(made.flatMap(({ secret }) => [outcome(secret), outcome(secret)]))
    expect(asked.map(({ length }) => length)).to.deep.equal([50])
  })

  it('works on every server as soon as it is made, also when it was tried just before', async () => {
    const { keys, make, state, asked } = aStore()
    const { outcome, pass } = aServer(keys)
    const gate = Promise.withResolvers<void>()
    state.gate = gate.promise
    const early = outcome(cryptoSecrets.make())
    await until(() => asked.length === 1)
    const { secret } = await make()
    const late = outcome(secret)
    gate.resolve()
    expect(await Promise.all([early, late])).to.deep.equal([GONE, 'let in'])
    await pass(10_000)
    expect(await outcome(secret)).to.equal('let in')
  })

  it('is refused 5 s after it was revoked at the latest, on every server, and holds no longer', async () => {
    const { keys, make, revoke } = aStore()
    for (const used of [0, 1, 999, 1999, 2000, 3999]) {
      const servers = [aServer(keys), aServer(keys)]
      const { secret, key } = await make()
      const held = await Promise.all(servers.map(({ credential }) => credential(secret)))
      for (const { pass } of servers) await pass(used)
      expect(held.map(({ holds }) => holds())).to.deep.equal([true, true])
      await revoke(key.id)
      for (const { pass } of servers) await pass(4999)
      expect(await Promise.all(servers.map(({ outcome }) => outcome(secret)))).to.deep.equal([GONE, GONE])
      expect(held.map(({ holds }) => holds())).to.deep.equal([false, false])
    }
  })

  it('is refused in time also where looks do not come, or fail', async () => {
    const { keys, make, revoke, state } = aStore()
    const { credential, outcome, pass } = aServer(keys)
    const { secret, key } = await make()
    const { holds } = await credential(secret)
    state.isAway = true
    await revoke(key.id)
    await pass(4999)
    expect([await outcome(secret), holds()]).to.deep.equal(['let in', true])
    await pass(1)
    expect([await outcome(secret), holds()]).to.deep.equal(['unavailable', false])
    state.isAway = false
    expect([await outcome(secret), holds()]).to.deep.equal([GONE, false])
  })

  it('stays refused when an answer comes late that was given before it was revoked', async () => {
    const { keys, make, revoke, state, asked } = aStore()
    const { outcome, pass, look } = aServer(keys)
    const { secret, key } = await make()
    await outcome(secret)
    state.isAway = true
    await pass(5000)
    state.isAway = false
    const gate = Promise.withResolvers<void>()
    const before = asked.length
    state.gate = gate.promise
    const late = outcome(secret)
    await until(() => asked.length > before)
    state.gate = Promise.resolve()
    await revoke(key.id)
    await pass(500)
    await look()
    gate.resolve()
    expect([await late, await outcome(secret)]).to.deep.equal([GONE, GONE])
  })

  it('outlasts a question that fails; and after a longer absence of the store it holds again', async () => {
    const { keys, make, state } = aStore()
    const { credential, outcome, pass, failures } = aServer(keys)
    const { secret } = await make()
    const { holds } = await credential(secret)
    await pass(1000)
    state.isAway = true
    await pass(2000)
    state.isAway = false
    await pass(10_000)
    expect(failures.length).to.be.at.least(1)
    expect(holds()).to.equal(true)
    state.isAway = true
    await pass(20_000)
    expect([await outcome(secret), holds()]).to.deep.equal(['unavailable', false])
    state.isAway = false
    await pass(2000)
    expect([await outcome(secret), holds()]).to.deep.equal(['let in', true])
  })

  it('for figures alone is good for an hour while the store is silent, unless it expires or is more than that', async () => {
    const { keys, make, state, revoke } = aStore()
    const { outcome, pass } = aServer(keys)
    const [figures, more] = [await make({ scopes: ['metrics'] }), await make({ scopes: ['read', 'metrics'] })]
    const short = await make({ scopes: ['metrics'], expiresAt: later(60_000) })
    const unused = await make({ scopes: ['metrics'] })
    const outcomes = async () => Promise.all([figures, more, short, unused].map(({ secret }) => outcome(secret)))
    for (const { secret } of [figures, more, short]) await outcome(secret)
    state.isAway = true
    await pass(59_999)
    expect(await outcomes()).to.deep.equal(['let in', 'unavailable', 'let in', 'unavailable'])
    for (let minutes = 1; minutes < 60; minutes++) {
      await pass(60_000)
      expect(await outcomes()).to.deep.equal(['let in', 'unavailable', 'The key expired', 'unavailable'])
    }
    await pass(1)
    expect(await outcome(figures.secret)).to.equal('unavailable')
    state.isAway = false
    await revoke(figures.key.id)
    expect(await outcome(figures.secret)).to.equal(GONE)
  })

  it('expires at its time, by itself', async () => {
    const { keys, make, asked } = aStore()
    const { credential, outcome, pass } = aServer(keys)
    const { secret } = await make({ expiresAt: later(1500) })
    const { holds } = await credential(secret)
    await pass(1499)
    expect([await outcome(secret), holds()]).to.deep.equal(['let in', true])
    await pass(1)
    expect([await outcome(secret), holds()]).to.deep.equal(['The key expired', false])
    expect(asked).to.have.length(1)
  })

  it('is looked after as long as it is used or held, and no longer', async () => {
    const { keys, make, asked } = aStore()
    const { credential, outcome, pass } = aServer(keys, { idle: 60_000 })
    const [used, held, idle] = [await make(), await make(), await make()]
    const { holds } = await credential(held.secret)
    await Promise.all([used, idle].map(({ secret }) => outcome(secret)))
    for (let n = 0; n < 10; n++) {
      await pass(30_000)
      expect([await outcome(used.secret), holds()]).to.deep.equal(['let in', true])
    }
    const last = asked.at(-1)
    expect(last).to.have.members([used, held].map(({ secret }) => cryptoSecrets.digestOf(secret)))
    expect(await outcome(idle.secret)).to.equal('let in')
  })

  it('is forgotten rather than that the memory grows, the longest unused first', async () => {
    const { keys, make, asked } = aStore()
    const { outcome, pass } = aServer(keys, { known: 10 })
    const favourite = await make()
    for (let n = 0; n < 30; n++) {
      const { secret } = await make()
      expect(await outcome(secret)).to.equal('let in')
      expect(await outcome(favourite.secret)).to.equal('let in')
      await pass(10)
    }
    await pass(2000)
    expect(asked.at(-1)?.length).to.be.within(1, 10)
    expect(asked.flat().filter((digest) => digest === cryptoSecrets.digestOf(favourite.secret))).to.have.length(2)
  })
})

describe('What is no key', () => {
  it('is asked for once in a second, however often it is shown', async () => {
    const { keys, asked } = aStore()
    const { outcome, pass } = aServer(keys)
    const guess = cryptoSecrets.make()
    for (let n = 0; n < 100; n++) {
      expect(await outcome(guess)).to.equal(GONE)
      await pass(99)
    }
    expect(asked.length).to.be.within(9, 11)
  })

  it('is forgotten sooner rather than that many guesses fill the memory', async () => {
    const { keys, asked } = aStore()
    const { outcome } = aServer(keys, { unknown: 10 })
    const guesses = upTo(11).map(() => cryptoSecrets.make())
    for (const guess of guesses) await outcome(guess)
    expect(asked).to.have.length(11)
    await outcome(guesses[10] ?? '')
    expect(asked, 'of the last').to.have.length(11)
    await outcome(guesses[0] ?? '')
    expect(asked, 'of the first').to.have.length(12)
  })

  it('does not fill the queue, and is asked for one question at a time', async () => {
    const { keys, state, asked, make } = aStore()
    const { outcome } = aServer(keys, { waiting: 100 })
    const { secret } = await make()
    expect(await outcome(secret)).to.equal('let in')
    const gate = Promise.withResolvers<void>()
    state.gate = gate.promise
    const first = outcome(cryptoSecrets.make())
    await until(() => asked.length === 2)
    const guesses = upTo(1000).map(() => cryptoSecrets.make())
    const outcomes = guesses.map(outcome)
    expect(await outcome(secret), 'what is known').to.equal('let in')
    expect(asked).to.have.length(2)
    gate.resolve()
    const told = await Promise.all([first, ...outcomes])
    expect(told.filter((one) => one === GONE)).to.have.length(101)
    expect(told.filter((one) => one === 'unavailable')).to.have.length(900)
    expect(asked.map(({ length }) => length)).to.deep.equal([1, 1, 100])
  })

  it('is told apart without a question when it does not look like one', async () => {
    const { keys, asked } = aStore()
    const { outcome } = aServer(keys)
    const secret = cryptoSecrets.make()
    for (const token of [`${secret}x`, secret.slice(0, -1), 'msgr_', `msgr_${'ü'.repeat(43)}`])
      expect(await outcome(token)).to.equal('The key is malformed')
    for (const token of ['', 'x', secret.slice(1), secret.toUpperCase()])
      expect(await outcome(token)).to.equal('The token is no key')
    expect(asked).to.deep.equal([])
  })

  it('is left to whoever knows other tokens', async () => {
    const { keys, asked } = aStore()
    const tokens: string[] = []
    const answer = E.left({ kind: 'Unauthenticated' as const, detail: 'The token expired' })
    const otherwise = { authenticate: (token: string) => (tokens.push(token), answer) }
    const { outcome } = aServer(keys, { otherwise, rootKeys: [ROOT_KEY] })
    expect(await outcome('eyJ.e30.x')).to.equal('The token expired')
    await outcome(ROOT_KEY)
    await outcome(cryptoSecrets.make())
    expect([tokens, asked.length]).to.deep.equal([['eyJ.e30.x'], 1])
  })

  it('is unavailable, and no crash, when the store has a defect; and the next is asked for all the same', async () => {
    const { keys, make, state } = aStore()
    const { outcome, look, failures } = aServer(keys)
    const { secret } = await make()
    state.defect = new Error('a defect')
    expect(await outcome(secret)).to.equal('unavailable')
    state.defect = undefined
    expect(await outcome(secret)).to.equal('let in')
    state.defect = new Error('a defect')
    await look()
    expect(failures).to.deep.equal([state.defect])
  })
})

describe('The root key', () => {
  it('may do everything, without the store', async () => {
    const { keys, state, asked } = aStore()
    state.isAway = true
    const { credential, outcome } = aServer(keys, { rootKeys: [ROOT_KEY] })
    const { caller, holds } = await credential(ROOT_KEY)
    expect(caller).to.deep.equal({ kind: 'service', grant: { scopes: SCOPES } })
    expect(holds()).to.equal(true)
    for (const other of [`${ROOT_KEY}x`, ROOT_KEY.slice(1), ROOT_KEY.toUpperCase(), ''])
      expect(await outcome(other)).to.equal('The token is no key')
    expect(asked).to.deep.equal([])
  })

  it('may be another while it is changed: each of the two is one', async () => {
    const { keys, asked } = aStore()
    const successor = `${ROOT_KEY}-and-longer`
    const { outcome } = aServer(keys, { rootKeys: [successor, ROOT_KEY] })
    expect([await outcome(successor), await outcome(ROOT_KEY)]).to.deep.equal(['let in', 'let in'])
    for (const other of [successor.slice(0, -1), `${ROOT_KEY}x`, successor.toUpperCase(), successor + ROOT_KEY])
      expect(await outcome(other)).to.equal('The token is no key')
    expect(asked).to.deep.equal([])
  })

  it('is nothing where none is set', async () => {
    const { keys } = aStore()
    expect(await aServer(keys).outcome('')).to.equal('The token is no key')
  })
})

describe('When a key was used', () => {
  it('is written to the minute, once in a minute, all keys together, and never while somebody waits', async () => {
    const { keys, make, touched } = aStore()
    const { outcome, pass } = aServer(keys)
    const made = await Promise.all(upTo(20).map(() => make()))
    for (let n = 0; n < 300; n++) {
      await Promise.all(made.map(({ secret }) => outcome(secret)))
      if (n === 0) expect(touched).to.deep.equal([])
      await pass(500)
    }
    const minutes = [0, 60_000, 120_000].map((milliseconds) => later(milliseconds))
    expect(touched).to.deep.equal(minutes.map((minute) => made.map(() => minute)))
    expect(right(await keys.list({ limit: 1 })()).entries[0]?.lastUsedAt).to.deep.equal(later(120_000))
  })

  it('is written when the server stops, and after the store was away', async () => {
    const { keys, make, touched, state } = aStore()
    const { outcome, look, close, failures } = aServer(keys)
    const [one, other] = [await make(), await make()]
    await outcome(one.secret)
    state.isAway = true
    await look()
    expect(failures.length).to.be.at.least(1)
    state.isAway = false
    await outcome(other.secret)
    await close()
    expect(touched).to.deep.equal([[NOON, NOON]])
    await look()
    expect(touched).to.have.length(1)
  })

  it('is asked and written by itself in service, and keeps no process from ending', async () => {
    const { keys, make, touched, asked } = aStore()
    const { secret } = await make()
    const { authenticate, close } = keyAuthenticator(keys, cryptoSecrets, { now: () => NOON })
    await authenticate(secret)
    await until(() => touched.length === 1 && asked.length >= 3)
    await close()
  })
})
