import { expect } from 'chai'
import { PAGE } from '../../../src/application/following/read-batch.ts'
import type { ChatId, Revision } from '../../../src/domain/identity.ts'
import { memoryChats } from '../../../src/infrastructure/memory/chats.ts'
import { ANYBODY } from '../../../src/domain/caller.ts'
import { changesOf } from '../../kept-changes.ts'
import { left } from '../../fixtures.ts'
import { aFollower, aPlace, aServer, aSlowFollower, revisionsOf, settled } from './fakes.ts'

describe('A chat that went back to an earlier revision, as when a backup was restored', () => {
  let server: ReturnType<typeof aServer>

  beforeEach(() => {
    server = aServer()
  })

  /** The same chat with fewer messages takes the place of the one that there is. */
  const restore = async (id: ChatId, messages: number) => {
    const backup = memoryChats()
    const make = changesOf(backup)
    while ((await make.open()) !== id) continue
    await make.sendMany(id, messages)
    server.restore(backup)
    return make
  }

  for (const [way, isDeaf] of [
    ['a ring', false],
    ['a look', true],
  ] as const)
    it(`ends those who were told more, who hear of it by ${way}, and nobody else`, async () => {
      server.bell.isDeaf = isDeaf
      const [other, id] = [await server.make.open(), await server.make.open()]
      await server.make.sendMany(id, 5)
      const ahead = await aFollower(server.follow, { places: [aPlace(id), aPlace(other)] })
      const elsewhere = await aFollower(server.follow, { places: [aPlace(other)] })
      await restore(id, 3)
      if (isDeaf) server.poll.look()
      else server.bell.ring(id)
      await settled()
      expect(ahead).to.deep.include({ got: [], hasEnded: true })
      expect(elsewhere.hasEnded).to.equal(false)
      expect(left(await server.follow(ANYBODY, { places: [aPlace(id, 5)], resumed: true })())).to.deep.equal({
        kind: 'PlaceAhead',
        chatId: id,
        after: 5,
        revision: 3,
      })
    })

  it('tells those who come afterwards what is there now, and nothing of what was', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    const ahead = await aFollower(server.follow, { places: [aPlace(id)] })
    await server.make.sendMany(id, 2)
    await settled()
    const make = await restore(id, 3)
    server.poll.look()
    await settled()
    expect(ahead.hasEnded).to.equal(true)
    const later = await aFollower(server.follow, { places: [aPlace(id, 2)] })
    await make.send(id, 'anew')
    server.bell.ring(id)
    await settled()
    expect(later.of(id)).to.deep.equal([3, 4])
    const texts = later.got.flatMap((happening) =>
      happening.kind === 'changed' ? happening.batch.changes.map((change) => change.kind === 'message' && change) : [],
    )
    expect(texts.at(-1)).to.containSubset({ message: { text: 'anew' } })
  })

  it('is followed anew beside somebody slow who has not noticed', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id)] })
    const step = slow.next()
    await server.make.send(id)
    await step
    const make = await restore(id, 1)
    server.poll.look()
    await settled()
    const newcomer = await aFollower(server.follow, { places: [aPlace(id)] })
    await make.send(id)
    server.bell.ring(id)
    await settled()
    expect(newcomer).to.deep.include({ hasEnded: false })
    expect(newcomer.of(id)).to.deep.equal([2])
    expect(await slow.next()).to.equal(undefined)
  })

  it('is noticed by who comes while those who were told more are still there', async () => {
    server.bell.isDeaf = true
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    const ahead = await aFollower(server.follow, { places: [aPlace(id)] })
    await restore(id, 1)
    await aFollower(server.follow, { places: [aPlace(id)] })
    expect(ahead.hasEnded).to.equal(true)
  })

  it('is followed anew by who comes while those who were told more have not noticed', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id, 2)] })
    expect(revisionsOf(await slow.next())).to.deep.equal([3])
    const make = await restore(id, 1)
    server.poll.look()
    await settled()
    const later = await aFollower(server.follow, { places: [aPlace(id, 0)] })
    await make.send(id)
    server.bell.ring(id)
    await settled()
    expect([later.of(id), later.hasEnded]).to.deep.equal([[1, 2], false])
    expect(await slow.next()).to.equal(undefined)
    await make.send(id)
    server.bell.ring(id)
    await settled()
    expect(later.of(id)).to.deep.equal([1, 2, 3])
  })

  it('ends who is catching up', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3 * PAGE)
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id, 0)] })
    await slow.next()
    await slow.next()
    await restore(id, PAGE)
    expect(await slow.next()).to.equal(undefined)
  })

  it('is no longer read for those who were told more', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    await aFollower(server.follow, { places: [aPlace(id)] })
    await restore(id, 1)
    server.poll.look()
    await settled()
    server.journal.readings = []
    server.journal.looks = []
    server.poll.look()
    server.bell.ring(id)
    await settled()
    expect([server.journal.readings, server.journal.looks]).to.deep.equal([[], []])
  })

  it('is not what a look says that is older than the last reading', async () => {
    server.bell.isDeaf = true
    const id = await server.make.open()
    const follower = await aFollower(server.follow, { places: [aPlace(id)] })
    await server.make.send(id)
    server.journal.lookAnswer = new Map([[id, 0 as Revision]])
    server.poll.look()
    await settled()
    await server.make.send(id)
    server.poll.look()
    await settled()
    expect(follower.hasEnded).to.equal(false)
    server.journal.lookAnswer = undefined
    server.poll.look()
    await settled()
    expect(follower.of(id)).to.deep.equal([1, 2])
  })
})
