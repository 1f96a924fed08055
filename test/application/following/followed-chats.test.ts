import { expect } from 'chai'
import { followedChats } from '../../../src/application/following/followed-chats.ts'
import type { ChatId, Revision } from '../../../src/domain/identity.ts'
import { aFollower, aServer, settled } from './fakes.ts'

describe('The chats that are followed on a server', () => {
  let server: ReturnType<typeof aServer>

  beforeEach(() => {
    server = aServer()
  })

  const following = (...ids: ChatId[]) => aFollower(server.follow, { places: ids.map((chatId) => ({ chatId })) })

  describe('survive a defect', () => {
    it('in a reading of one of them, which is reported, and tried again', async () => {
      const [id, other] = [await server.make.open(), await server.make.open()]
      const follower = await following(id, other)
      Object.assign(server.journal, { readingTrouble: 'defect', troubled: id })
      await server.make.send(id)
      await server.make.send(other)
      await settled()
      expect([follower.of(id), follower.of(other)]).to.deep.equal([[], [1]])
      expect(server.failures).to.deep.equal(['read: TypeError: a defect'])
      server.journal.readingTrouble = undefined
      server.bell.ring(id)
      await settled()
      expect(follower.of(id)).to.deep.equal([1])
    })

    it('in a look, which is reported, and tried again', async () => {
      server.bell.isDeaf = true
      const id = await server.make.open()
      const follower = await following(id)
      await server.make.send(id)
      server.journal.lookTrouble = 'defect'
      server.poll.look()
      server.bell.isDeaf = false
      server.bell.ring()
      await settled()
      expect(server.failures).to.deep.equal(['look: TypeError: a defect', 'look: TypeError: a defect'])
      server.journal.lookTrouble = undefined
      server.poll.look()
      await settled()
      expect(follower.of(id)).to.deep.equal([1])
    })

    /** Mocha fails a test during which a rejection is handled by nobody. */
    it('that nobody is told of', async () => {
      const id = await server.make.open()
      server.journal.readingTrouble = 'defect'
      server.journal.lookTrouble = 'defect'
      const poll = { look: () => {} }
      const chats = followedChats(server.journal, server.bell, {
        poll: (look) => {
          poll.look = look
          return () => {}
        },
      })
      chats.follow(id, 0 as Revision, () => {})
      for (let n = 0; n < 2; n++) {
        poll.look()
        server.bell.ring(id)
        await settled()
      }
      expect(server.journal.readingsOf(id).length, 'readings').to.be.at.least(3)
      chats.close()
    })
  })

  describe('are no more', () => {
    const isFollowed = async (id: ChatId) => {
      server.journal.readings = []
      server.journal.looks = []
      server.poll.look()
      server.bell.ring(id)
      await settled()
      return { looked: server.journal.looks.length > 0, read: server.journal.readings.length > 0 }
    }
    const YES = { looked: true, read: true }
    const NO = { looked: false, read: false }

    it('when the last of their followers left, however it went', async () => {
      const id = await server.make.open()
      const [stopped, left] = [await following(id), await following(id)]
      stopped.stop()
      await settled()
      expect(stopped.hasEnded).to.equal(true)
      expect(await isFollowed(id)).to.deep.equal(YES)
      left.stop()
      await settled()
      expect(await isFollowed(id)).to.deep.equal(NO)

      const removing = await following(id)
      await server.make.remove(id)
      await settled()
      expect(removing.hasEnded).to.equal(true)
      expect(await isFollowed(id)).to.deep.equal(NO)
    })

    it('when their follower ended because it could not catch up', async () => {
      const [id, other] = [await server.make.open(), await server.make.open()]
      await server.make.send(id)
      server.journal.readingTrouble = 'unavailable'
      const follower = await aFollower(server.follow, {
        places: [{ chatId: other }, { chatId: id, after: 0 as Revision }],
      })
      expect(follower.hasEnded).to.equal(true)
      expect(await isFollowed(id)).to.deep.equal(NO)
    })

    it('for who leaves twice, without harm to who came meanwhile', async () => {
      const id = await server.make.open()
      const first = server.chats.follow(id, 0 as Revision, () => {})
      first.leave()
      let news = 0
      server.chats.follow(id, 0 as Revision, () => news++)
      first.leave()
      // What a follower reads at its beginning is over: from now on only a ring leads to a reading.
      await settled()
      expect(news).to.equal(0)
      await server.make.send(id)
      await settled()
      expect(news).to.equal(1)
    })

    it('when the server closes: neither bell nor poll leads to anything', async () => {
      const id = await server.make.open()
      await following(id)
      server.chats.close()
      expect(server.poll.isStopped).to.equal(true)
      expect(server.bell.listeners).to.have.property('size', 0)
    })
  })
})
