import { expect } from 'chai'
import { keySet } from '../../../src/infrastructure/auth/key-set.ts'
import { REMOTE_TIMES } from '../../../src/infrastructure/auth/key-set-sources.ts'
import { left, right } from '../../fixtures.ts'
import { goal } from '../../goal.ts'
import { releasing } from '../../releasing.ts'
import { until } from '../../until.ts'
import { servedSets } from './served-set.ts'
import { aClock, aSigner, setOf, type Signer } from './tokens.ts'

const { fresh, kept, pause, unknownPause } = REMOTE_TIMES

describe('A key set behind a URL', () => {
  const served = servedSets(releasing())
  let one: Signer
  let two: Signer

  before(async () => {
    one = await aSigner('EdDSA', 'one')
    two = await aSigner('EdDSA', 'two')
  })

  it('is fetched once for all who wait, and not again while it is fresh', async () => {
    const { server, clock, names } = await served(setOf(one, two))
    expect(server.asked()).to.equal(0)
    const found = await Promise.all(Array.from({ length: 50 }, () => names('one')))
    expect(found.flat()).to.deep.equal(Array.from({ length: 50 }, () => 'one'))
    clock.advance(fresh - 1)
    expect(await names()).to.deep.equal(['one', 'two'])
    expect(server.asked()).to.equal(1)
  })

  it('is fetched behind when it is old, and nobody waits', async () => {
    const { server, clock, names } = await served(setOf(one))
    await names('one')
    const waiting: (() => void)[] = []
    server.answer((_, res) => void waiting.push(() => res.end(setOf(two))))
    clock.advance(fresh)
    expect(await names('one')).to.deep.equal(['one'])
    await until(() => waiting.length === 1)
    waiting[0]?.()
    await until(async () => (await names('two')).length === 1)
    expect(await names('one')).to.deep.equal([])
    expect(server.asked()).to.equal(2)
  })

  it('is waited for when nobody has asked for long', async () => {
    const { server, clock, names } = await served(setOf(one, two))
    await names('one')
    server.serve(setOf(two))
    clock.advance(2 * fresh)
    expect(await names('one')).to.deep.equal([])
  })

  it('is fetched again for a key that is not in it, at a bounded rate', async () => {
    const { server, clock, names } = await served(setOf(one))
    await names('one')
    server.serve(setOf(one, two))
    clock.advance(unknownPause - 1)
    expect(await Promise.all(Array.from({ length: 50 }, (_, index) => names(`made up ${index}`)))).to.have.length(50)
    expect(await names('two')).to.deep.equal([])
    expect(server.asked()).to.equal(1)
    clock.advance(1)
    expect(await Promise.all(Array.from({ length: 50 }, () => names('two')))).to.have.length(50)
    expect(await names('two')).to.deep.equal(['two'])
    expect(await names('made up')).to.deep.equal([])
    expect(server.asked()).to.equal(2)
  })

  it('is not fetched for a key that it has, whatever a token says of it', async () => {
    const { server, clock, set, names } = await served(setOf(one))
    await names('one')
    clock.advance(unknownPause)
    expect(right(await set.find('RS256', 'one'))).to.deep.equal([])
    expect(server.asked()).to.equal(1)
  })

  it('serves for an hour while its server is dead, and no longer', async () => {
    const { server, clock, failures, set, names, idOf } = await served(setOf(one))
    const id = await idOf('one')
    await server.close()
    clock.advance(fresh)
    expect(await names('one')).to.deep.equal(['one'])
    await until(() => failures.length === 1)
    clock.advance(kept - fresh - 1)
    expect(await names('one')).to.deep.equal(['one'])
    expect(set.trusts(id)).to.equal(true)
    await until(() => failures.length === 2)
    clock.advance(1)
    expect(set.trusts(id)).to.equal(false)
    expect(left(await set.find('EdDSA', 'one')).kind).to.equal('Unavailable')
  })

  it('says that it does not know, rather than no, of a key that it may have got while its server is dead', async () => {
    const { server, clock, set, names } = await served(setOf(one))
    await names('one')
    await server.close()
    expect(await names('two')).to.deep.equal([])
    clock.advance(unknownPause)
    expect(left(await set.find('EdDSA', 'two')).kind).to.equal('Unavailable')
    expect(left(await set.find('EdDSA', 'two')).kind).to.equal('Unavailable')
    expect(await names('one')).to.deep.equal(['one'])
  })

  it('asks a server that fails at a bounded rate, and answers at once meanwhile', async () => {
    const { server, clock, set, names } = await served('')
    for (let time = 0; time < 20; time++) expect(left(await set.find('EdDSA', 'one')).kind).to.equal('Unavailable')
    expect(server.asked()).to.equal(1)
    server.serve(setOf(one))
    clock.advance(pause)
    expect(await names('one')).to.deep.equal(['one'])
  })

  it('is not kept for longer when the clock is set back', async () => {
    const { server, clock, names } = await served(setOf(one))
    await names('one')
    server.serve(setOf(two))
    clock.advance(-60 * 60_000)
    expect(await names('two')).to.deep.equal(['two'])
  })

  it('does not hang on a source that never ends, not even its deadline', async () => {
    const clock = aClock()
    const set = keySet(
      () => new Promise(() => {}),
      REMOTE_TIMES,
      clock,
      () => {},
    )
    const begin = performance.now()
    expect(left(await set.find('EdDSA', 'one')).kind).to.equal('Unavailable')
    expect(performance.now() - begin).to.be.below(goal(2500))
  })

  it('cuts what it waits for when it is closed, and asks nobody any more', async () => {
    const { server, clock, failures, set } = await served('', 600_000)
    let isCut = false
    server.answer((req) => void req.socket.on('close', () => (isCut = true)))
    const found = set.find('EdDSA', 'one')
    await until(() => server.asked() === 1)
    set.close()
    await until(() => isCut)
    expect(left(await found).kind).to.equal('Unavailable')

    clock.advance(unknownPause)
    expect(left(await set.find('EdDSA', 'one')).kind).to.equal('Unavailable')
    expect(server.asked()).to.equal(1)
    expect(failures).to.deep.equal([])
  })
})
