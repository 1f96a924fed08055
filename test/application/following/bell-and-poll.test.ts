import { expect } from 'chai'
import { followedChats } from '../../../src/application/following/followed-chats.ts'
import type { ChatId, Revision } from '../../../src/domain/identity.ts'
import { until } from '../../until.ts'
import { aFakeBell, aFollower, aServer, settled } from './fakes.ts'

describe('The chats that are followed on a server hear of changes', () => {
  let server: ReturnType<typeof aServer>

  beforeEach(() => {
    server = aServer()
  })

  const following = (...ids: ChatId[]) => aFollower(server.follow, { places: ids.map((chatId) => ({ chatId })) })

  it('by the bell alone', async () => {
    const id = await server.make.open()
    const follower = await following(id)
    await server.make.send(id)
    await settled()
    expect(follower.of(id)).to.deep.equal([1])
    expect(server.journal.looks, 'beside that of the follower').to.have.length(1)
  })

  it('by the poll alone, in one look at all of them that reads those which are behind', async () => {
    server.bell.isDeaf = true
    const [quiet, busy, other] = [await server.make.open(), await server.make.open(), await server.make.open()]
    const followers = [await following(quiet), await following(busy, other)]
    await server.make.send(busy)
    await server.make.send(other)
    server.journal.readings = []
    server.journal.looks = []
    server.poll.look()
    await settled()
    expect(followers[1]?.of(busy)).to.deep.equal([1])
    expect(followers[1]?.of(other)).to.deep.equal([1])
    expect(server.journal.looks).to.deep.equal([[quiet, busy, other]])
    expect(server.journal.readings.map(({ id }) => id)).to.deep.equal([busy, other])
  })

  it('by a ring that names no chat', async () => {
    server.bell.isDeaf = true
    const id = await server.make.open()
    const follower = await following(id)
    await server.make.send(id)
    server.bell.isDeaf = false
    server.bell.ring()
    await settled()
    expect(follower.of(id)).to.deep.equal([1])
  })

  it('that were made before their first reading, of which nobody rings any more', async () => {
    server.bell.isDeaf = true
    const id = await server.make.open()
    const { positions } = await following(id)
    await server.make.send(id)
    const { cursor } = positions.get(id) ?? {}
    let news = 0
    const fresh = followedChats(server.journal, server.bell, { poll: () => () => {} })
    const { recent } = fresh.follow(id, cursor as Revision, () => news++)
    await settled()
    expect(news).to.equal(1)
    expect(recent.after(cursor as Revision)).to.include({ upTo: 1 })
  })

  it('of every kind: messages, edits, titles and deletions', async () => {
    const id = await server.make.open()
    const follower = await following(id)
    await server.make.send(id)
    await settled()
    await server.make.edit(id, 1)
    await settled()
    await server.make.rename(id)
    await settled()
    await server.make.erase(id, 1)
    await settled()
    expect(follower.of(id)).to.deep.equal([1, 2, 3, 4])
  })

  for (const [way, isDeaf] of [
    ['a ring', false],
    ['a look', true],
  ] as const)
    it(`up to the removal of the chat, by ${way}, and read nothing of it after that`, async () => {
      server.bell.isDeaf = isDeaf
      const [id, other] = [await server.make.open(), await server.make.open()]
      const followers = [await following(id, other), await following(id)]
      await server.make.remove(id)
      if (isDeaf) server.poll.look()
      await settled()
      for (const follower of followers) expect(follower.of(id)).to.deep.equal(['removed'])
      expect(followers.map(({ hasEnded }) => hasEnded)).to.deep.equal([false, true])
      server.journal.readings = []
      server.poll.look()
      await settled()
      expect(server.journal.readingsOf(id)).to.deep.equal([])
    })

  it('each second, when nothing else is said', async () => {
    server.bell.isDeaf = true
    const id = await server.make.open()
    const chats = followedChats(server.journal, aFakeBell())
    let news = 0
    chats.follow(id, 0 as Revision, () => news++)
    await settled()
    await server.make.send(id)
    await until(() => news === 1)
    chats.close()
  })
})
