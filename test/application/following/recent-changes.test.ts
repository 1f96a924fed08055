import { expect } from 'chai'
import { PAGE } from '../../../src/application/following/read-batch.ts'
import { changeReader } from '../../../src/application/following/recent-changes.ts'
import type { ChatId, Revision } from '../../../src/domain/identity.ts'
import { memoryChats } from '../../../src/infrastructure/memory/chats.ts'
import { changesOf } from '../../kept-changes.ts'
import { upTo } from '../../fixtures.ts'
import { aFollower, aServer, settled } from './fakes.ts'

describe('The changes of a followed chat are read', () => {
  let server: ReturnType<typeof aServer>

  beforeEach(() => {
    server = aServer()
  })

  const following = (...ids: ChatId[]) => aFollower(server.follow, { places: ids.map((chatId) => ({ chatId })) })

  it('once for all who are up to date, who are handed the same batch', async () => {
    const id = await server.make.open()
    const followers = [await following(id), await following(id), await following(id)]
    server.journal.readings = []
    await server.make.send(id)
    await settled()
    expect(server.journal.readingsOf(id)).to.deep.equal([0])
    const batches = followers.map(({ got }) => got[0]?.kind === 'changed' && got[0].batch)
    expect(batches[0]).to.be.an('object')
    expect(new Set(batches)).to.have.property('size', 1)
  })

  it('page after page while there is more than one', async () => {
    server.bell.isDeaf = true
    const id = await server.make.open()
    const follower = await following(id)
    await server.make.sendMany(id, 2 * PAGE + 10)
    server.journal.readings = []
    server.poll.look()
    await settled()
    expect(server.journal.readingsOf(id)).to.deep.equal([0, PAGE, 2 * PAGE])
    expect(follower.of(id)).to.deep.equal(upTo(2 * PAGE + 10))
    expect(new Set(follower.livenesses())).to.deep.equal(new Set([true]))
  })

  it('once more for all that ring during a reading, which may have come too early for them', async () => {
    const id = await server.make.open()
    const follower = await following(id)
    server.journal.readings = []
    server.journal.holds = true
    for (let n = 0; n < 3; n++) {
      await server.make.send(id)
      await settled()
    }
    expect(server.journal.readingsOf(id)).to.deep.equal([0])
    server.journal.letGo()
    await settled()
    expect(server.journal.readingsOf(id)).to.deep.equal([0, 1])
    expect(follower.of(id)).to.deep.equal([1, 2, 3])
  })

  it('no more once they ended, whatever becomes of the chat', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    let news = 0
    const { journal } = server
    const reader = changeReader({ journal, id, revision: 3 as Revision, onNews: () => news++, onFailure: () => {} })
    const backup = memoryChats()
    const make = changesOf(backup)
    await make.open()
    server.restore(backup)
    reader.read()
    await settled()
    expect([reader.ending(), news]).to.deep.equal(['went back', 1])

    await make.sendMany(id, 5)
    journal.readings = []
    reader.read()
    await settled()
    expect([reader.ending(), news, journal.readings]).to.deep.equal(['went back', 1, []])
    expect(reader.after(3 as Revision)).to.equal(undefined)
  })

  it('anew after the journal was unavailable, by whoever asks next', async () => {
    const id = await server.make.open()
    const follower = await following(id)
    server.journal.readingTrouble = 'unavailable'
    await server.make.send(id)
    await settled()
    expect([follower.of(id), follower.hasEnded]).to.deep.equal([[], false])
    server.journal.readingTrouble = undefined
    server.journal.lookTrouble = 'unavailable'
    server.poll.look()
    await settled()
    expect(follower.of(id)).to.deep.equal([])
    server.journal.lookTrouble = undefined
    server.poll.look()
    await settled()
    expect(follower.of(id)).to.deep.equal([1])
    expect(server.failures).to.deep.equal(['read: a test', 'look: a test'])
  })
})
