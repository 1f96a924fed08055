import { expect } from 'chai'
import type { Place } from '../../../src/application/following/follow-chats.ts'
import { ANYBODY } from '../../../src/domain/caller.ts'
import { aChatId, left } from '../../fixtures.ts'
import { aFollower, aPlace, aServer, settled } from './fakes.ts'

const MISSING = aChatId(99_999)

describe('Following chats begins', () => {
  let server: ReturnType<typeof aServer>

  beforeEach(() => {
    server = aServer()
  })

  const following = (places: readonly Place[], resumed = false) => aFollower(server.follow, { places, resumed })
  const refusal = async (places: readonly Place[], resumed = false) =>
    left(await server.follow(ANYBODY, { places, resumed })())

  it('now, when no place is named', async () => {
    const id = await server.make.open()
    await server.make.send(id)
    const follower = await following([aPlace(id)])
    expect(follower.positions.get(id)).to.containSubset({ cursor: 1, sight: { chat: { revision: 1 } } })
    await server.make.send(id)
    await settled()
    expect(follower.of(id)).to.deep.equal([2])
  })

  it('after the place that is named, with what happened since', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    const follower = await following([aPlace(id, 1)])
    expect(follower.positions.get(id)).to.containSubset({ cursor: 1, sight: { chat: { revision: 3 } } })
    expect(follower.of(id)).to.deep.equal([2, 3])
    expect(follower.livenesses()).to.deep.equal([false])
  })

  it('at the place where the chat is, with nothing', async () => {
    const id = await server.make.open()
    await server.make.sendMany(id, 3)
    expect((await following([aPlace(id, 3)])).got).to.deep.equal([])
  })

  it('at no place that the chat has not reached', async () => {
    const id = await server.make.open()
    expect(await refusal([aPlace(id, 1)])).to.deep.equal({ kind: 'PlaceAhead', chatId: id, after: 1, revision: 0 })
  })

  it('in no chat that is not there', async () => {
    const id = await server.make.open()
    const missing = { kind: 'ChatNotFound', chatId: MISSING }
    expect(await refusal([aPlace(MISSING)])).to.deep.equal(missing)
    expect(await refusal([aPlace(id), aPlace(MISSING, 3)])).to.deep.equal(missing)
  })

  it('not while the journal is unavailable', async () => {
    server.journal.lookTrouble = 'unavailable'
    expect(await refusal([aPlace(MISSING)])).to.include({ kind: 'Unavailable' })
  })

  it('again, with the removal of chats that had a place and are gone, and without those that had none', async () => {
    const [id, never] = [await server.make.open(), aChatId(88_888)]
    const follower = await following([aPlace(MISSING, 5), aPlace(id, 0), aPlace(never)], true)
    expect(follower.got).to.deep.equal([{ kind: 'removed', chatId: MISSING }])
    expect([...follower.positions.keys()]).to.deep.equal([id])
    await server.make.send(id)
    await settled()
    expect(follower.of(id)).to.deep.equal([1])
  })

  it('again, and ends, when all that is left to tell is removals', async () => {
    const follower = await following([aPlace(MISSING, 5)], true)
    expect(follower.of(MISSING)).to.deep.equal(['removed'])
    expect(follower.hasEnded).to.equal(true)
  })

  it('not again when there is nothing to tell and nothing to wait for', async () => {
    expect(await refusal([aPlace(MISSING)], true)).to.deep.equal({ kind: 'ChatNotFound', chatId: MISSING })
  })
})
