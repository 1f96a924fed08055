import { expect } from 'chai'
import { KEPT } from '../../../src/application/following/change-buffer.ts'
import { followChats, type Place } from '../../../src/application/following/follow-chats.ts'
import { followedChats } from '../../../src/application/following/followed-chats.ts'
import { followedSignals } from '../../../src/application/following/signals/followed-signals.ts'
import { PAGE } from '../../../src/application/following/read-batch.ts'
import * as Chat from '../../../src/domain/chat/chat.ts'
import type { ChatId, Revision } from '../../../src/domain/identity.ts'
import { aChatId, aNewChat, upTo } from '../../fixtures.ts'
import { aFollower, aPlace, aServer, aSlowFollower, revisionsOf, settled } from './fakes.ts'

describe('A follower is told of each change once, in order', () => {
  let server: ReturnType<typeof aServer>

  beforeEach(() => {
    server = aServer()
  })

  const following = (places: readonly Place[]) => aFollower(server.follow, { places })

  it('of changes that come between its beginning and its first step', async () => {
    server.bell.isDeaf = true
    const id = await server.make.open()
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id)] })
    await server.make.send(id)
    expect(revisionsOf(await slow.next())).to.deep.equal([1])
    slow.stop()
    await slow.next()
  })

  it('to who comes late, from the journal and then together with those who are live', async () => {
    const id = await server.make.open()
    const early = await following([aPlace(id)])
    await server.make.sendMany(id, 3)
    await settled()
    const elder = await following([aPlace(id, 0)])
    expect(elder.of(id)).to.deep.equal([1, 2, 3])
    await server.make.send(id)
    await settled()
    expect(elder.of(id)).to.deep.equal([1, 2, 3, 4])
    expect(elder.got.at(-1)).to.deep.equal(early.got.at(-1))
  })

  it('to who comes from before what the server remembers', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 5)
    const live = await following([aPlace(id)])
    await server.make.sendMany(id, 2)
    await settled()
    const late = await following([aPlace(id, 2)])
    expect(late.of(id)).to.deep.equal([3, 4, 5, 6, 7])
    expect(late.livenesses()).to.deep.equal([false])
    expect(live.of(id)).to.deep.equal([6, 7])
  })

  it('over many pages, then live', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 2 * PAGE + 50)
    const follower = await following([aPlace(id, 0)])
    expect(follower.of(id)).to.deep.equal(upTo(2 * PAGE + 50))
    await server.make.send(id)
    await settled()
    expect(follower.of(id)).to.deep.equal(upTo(2 * PAGE + 51))
    expect(follower.livenesses()).to.deep.equal([false, false, false, true])
  })

  it('to who is slow: from what is remembered, or from the journal when it is forgotten', async () => {
    const id = await server.make.open()
    const slow = await aSlowFollower(server.follow, { places: [aPlace(id)] })
    const first = slow.next()
    await settled()
    await server.make.send(id)
    expect(revisionsOf(await first)).to.deep.equal([1])
    const fast = await following([aPlace(id)])
    for (let round = 0; round < 3; round++) {
      await server.make.send(id)
      await settled()
    }
    const remembered = await slow.next()
    expect(revisionsOf(remembered)).to.deep.equal([2, 3, 4])
    expect(remembered).to.include({ live: true })
    for (let round = 0; round < 2 * KEPT + 1; round++) {
      await server.make.send(id)
      await settled()
    }
    expect(fast.of(id)).to.have.length(2 * KEPT + 4)
    const [read, rest] = [await slow.next(), await slow.next()]
    expect([read, rest].flatMap(revisionsOf)).to.deep.equal(upTo(2 * KEPT + 5).slice(4))
    expect([read, rest]).to.containSubset([{ live: false }, { live: true }])
    slow.stop()
    await slow.next()
  })

  it('of several chats at once, each by itself', async () => {
    const ids = [await server.make.open(), await server.make.open(), await server.make.open()]
    const [a, b, c] = ids as [ChatId, ChatId, ChatId]
    await server.make.sendMany(a, PAGE + 1)
    await server.make.sendMany(b, 2)
    const follower = await following([aPlace(a, 0), aPlace(b, 1), aPlace(c)])
    await server.make.send(c)
    await server.make.rename(b)
    await settled()
    expect(follower.of(a)).to.deep.equal(upTo(PAGE + 1))
    expect(follower.of(b)).to.deep.equal([2, 3])
    expect(follower.of(c)).to.deep.equal([1])
    await server.make.remove(a)
    await server.make.send(b)
    await server.make.remove(c)
    await settled()
    expect(follower.of(a).at(-1)).to.equal('removed')
    expect(follower.of(b)).to.deep.equal([2, 3, 4])
    expect(follower.of(c)).to.deep.equal([1, 'removed'])
    expect(follower.hasEnded).to.equal(false)
    await server.make.remove(b)
    await settled()
    expect(follower.hasEnded).to.equal(true)
  })

  it('does not read for ever where revisions have nothing to show, as after a deletion by hand', async () => {
    const id = aChatId(7)
    const chat = { ...Chat.open(aNewChat())(id), revision: 5 as Revision }
    let readings = 0
    const journal = {
      ...server.journal,
      since: () => async () => {
        readings += 1
        if (readings > 10) await new Promise(() => {})
        return { _tag: 'Right' as const, right: { chat, messages: [], members: [], more: false } }
      },
      sights: () => async () => ({ _tag: 'Right' as const, right: new Map([[id, { chat, membership: undefined }]]) }),
      revisions: () => async () => ({ _tag: 'Right' as const, right: new Map([[id, chat.revision]]) }),
    }
    const chats = followedChats(journal, server.bell, { poll: () => () => {} })
    const follower = await aFollower(followChats({ journal, chats, signals: followedSignals(server.signals) }), {
      places: [aPlace(id, 0)],
    })
    expect(follower.got).to.deep.equal([])
    expect(readings, 'by the reader and by the follower').to.equal(2)
    follower.stop()
  })
})
