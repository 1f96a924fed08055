import { expect } from 'chai'
import type { Place } from '../../../src/application/following/follow-chats.ts'
import { PAGE } from '../../../src/application/following/read-batch.ts'
import { ANYBODY } from '../../../src/domain/caller.ts'
import { right } from '../../fixtures.ts'
import { aFollower, aPlace, aServer, aSlowFollower, settled } from './fakes.ts'

describe('Following chats ends', () => {
  let server: ReturnType<typeof aServer>

  beforeEach(() => {
    server = aServer()
  })

  const following = (places: readonly Place[]) => aFollower(server.follow, { places })

  it('when it is told to: while it waits, and between two steps', async () => {
    const id = await server.make.open()
    const waiting = await following([aPlace(id)])
    waiting.stop()
    await settled()
    expect(waiting.hasEnded).to.equal(true)

    await server.make.sendMany(id, 2 * PAGE)
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id, 0)] })
    await slow.next()
    slow.stop()
    server.journal.readings = []
    expect(await slow.next()).to.equal(undefined)
    expect(server.journal.readings).to.deep.equal([])
  })

  it('when it is told to after a step in one of several chats, without a step in the others', async () => {
    const ids = [await server.make.open(), await server.make.open(), await server.make.open()]
    for (const id of ids) await server.make.send(id)
    const slow = await aSlowFollower(server.follow, { places: ids.map((id) => aPlace(id, 0)) })
    expect(await slow.next()).to.include({ chatId: ids[0] })
    slow.stop()
    server.journal.readings = []
    expect(await slow.next()).to.equal(undefined)
    expect(server.journal.readings).to.deep.equal([])
  })

  it('before it begins, when it was told to by then', async () => {
    const id = await server.make.open()
    await server.make.send(id)
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id, 0)] })
    slow.stop()
    expect(await slow.next()).to.equal(undefined)
  })

  it('when the journal is unavailable to who catches up; who is live waits, and goes on', async () => {
    const id = await server.make.open()
    const live = await following([aPlace(id)])
    await server.make.send(id)
    await settled()
    server.journal.readingTrouble = 'unavailable'
    await server.make.send(id)
    const late = await following([aPlace(id, 0)])
    await settled()
    // What is remembered takes no reading.
    expect(late.of(id)).to.deep.equal([1])
    const elder = await aFollower(server.follow, { places: [aPlace(id, 0)] })
    expect(elder.hasEnded).to.equal(false)
    server.journal.readingTrouble = undefined
    server.bell.ring(id)
    await settled()
    for (const follower of [live, late, elder]) expect(follower.of(id)).to.deep.equal([1, 2])

    const other = await server.make.open()
    await server.make.send(other)
    server.journal.readingTrouble = 'unavailable'
    expect(await following([aPlace(other, 0)])).to.deep.include({ got: [], hasEnded: true })
  })

  it('when the chat goes while it catches up', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 2 * PAGE)
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id, 0)] })
    await slow.next()
    await server.make.remove(id)
    expect(await slow.next()).to.deep.equal({ kind: 'removed', chatId: id })
    expect(await slow.next()).to.equal(undefined)
  })

  it('at the defect of a reading that it waits for itself, which is reported, and leaves', async () => {
    const id = await server.make.open()
    await server.make.send(id)
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id, 0)] })
    server.journal.readingTrouble = 'defect'
    expect(await slow.next()).to.equal(undefined)
    expect(server.failures).to.include('read: TypeError: a defect')
    server.journal.looks = []
    server.poll.look()
    expect(server.journal.looks).to.deep.equal([])
  })

  it('leaves nothing behind on the signal that it is told by', async () => {
    const id = await server.make.open()
    const listeners = new Set<unknown>()
    const signal = new AbortController().signal
    const watched = Object.assign(signal, {
      addEventListener: (_type: string, listener: unknown) => void listeners.add(listener),
      removeEventListener: (_type: string, listener: unknown) => void listeners.delete(listener),
    })
    const stream = right(await server.follow(ANYBODY, { places: [aPlace(id)] })()).happenings(watched)
    const next = stream.next()
    await settled()
    expect(listeners).to.have.property('size', 1)
    await server.make.send(id)
    await next
    await stream.return()
    expect(listeners).to.have.property('size', 0)
  })
})
