import { expect } from 'chai'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import { aUser, right, upTo } from '../../../fixtures.ts'
import { aServer, type Server } from './fakes.ts'
import { scenesOn } from './follower.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]

type Scenes = ReturnType<typeof scenesOn>

describe('When rings and signals are lost', () => {
  let server: Server
  let opened: Scenes['opened']
  let send: Scenes['send']
  let following: Scenes['following']

  beforeEach(() => {
    server = aServer()
    ;({ opened, send, following } = scenesOn(server))
  })

  const looked = async (times = 1) => {
    for (const _ of upTo(times)) {
      server.poll.look()
      await server.quiet()
    }
  }
  const deaf = () => void (server.bell.isDeaf = server.signals.isDeaf = true)

  it('the next look finds what changed, what is gone and who is new where something was known', async () => {
    const [sent, lost, gone] = [await opened(ALICE, BOB), await opened(ALICE), await opened(ALICE)]
    const [alice, bob] = [await following(ALICE), await following(BOB)]
    for (const chatId of [sent, lost]) await send(chatId)
    await server.quiet()
    deaf()
    await send(sent)
    right(await server.act.remove(ANYBODY, lost, ALICE.id))
    right(await server.act.put(ANYBODY, lost, BOB.id, 'member'))
    right(await server.act.close(ANYBODY, gone))
    await server.quiet()
    expect(alice.got).to.have.length(2)
    await looked()
    expect([sent, lost, gone].map((chatId) => alice.of(chatId).at(-1))).to.deep.equal([[2, 2], 'removed', 'removed'])
    expect([sent, lost].map((chatId) => bob.of(chatId).at(-1))).to.deep.equal([
      [2, 2],
      [1, 0],
    ])
  })

  it('a look that finds nothing reads and tells nothing', async () => {
    const chatId = await opened(ALICE)
    const alice = await following(ALICE)
    await send(chatId)
    await server.quiet()
    const before = server.fake.count('entries')
    await looked(9)
    expect([server.fake.count('entries'), alice.got.length]).to.deep.equal([before, 1])
    await looked(11)
    expect([server.fake.count('entries'), alice.got.length], 'nor does a sweep').to.deep.equal([before, 1])
  })

  it('every tenth look finds markers that moved, and chats that came and went', async () => {
    const [read, lost, added] = [await opened(ALICE), await opened(ALICE), await opened(BOB)]
    await send(read)
    const alice = await following(ALICE)
    deaf()
    await server.mark(read, ALICE.id, 1)
    right(await server.act.put(ANYBODY, added, ALICE.id, 'member'))
    await looked(9)
    expect(alice.got).to.deep.equal([])
    await looked()
    expect([read, added].map((chatId) => alice.of(chatId))).to.deep.equal([[[1, 0]], [[0, 0]]])
    expect(alice.of(lost)).to.deep.equal([])
    expect(alice.got).to.have.length(2)
  })

  it('a ring that says that anything may have rung finds all of it at once', async () => {
    const [sent, read, added] = [await opened(ALICE), await opened(ALICE), await opened(BOB)]
    await send(read)
    const alice = await following(ALICE)
    deaf()
    await send(sent)
    await server.mark(read, ALICE.id, 1)
    right(await server.act.put(ANYBODY, added, ALICE.id, 'member'))
    server.bell.isDeaf = false
    server.bell.ring()
    await server.quiet()
    expect([sent, read, added].map((chatId) => alice.of(chatId))).to.deep.equal([[[1, 1]], [[1, 0]], [[0, 0]]])
  })

  it('a look or a sweep that fails is made up for by the next look', async () => {
    const [sent, read] = [await opened(ALICE), await opened(ALICE)]
    await send(read)
    const alice = await following(ALICE)
    deaf()
    await send(sent)
    await server.mark(read, ALICE.id, 1)
    await looked(8)
    for (const what of ['heads', 'markersOf'] as const) {
      server.fake.trouble = { what, kind: 'unavailable' }
      server.bell.isDeaf = false
      server.bell.ring()
      server.bell.isDeaf = true
      await server.quiet()
    }
    expect(server.failures).to.deep.equal(['inbox: a test', 'inbox: a test'])
    server.fake.trouble = undefined
    await looked()
    expect(alice.of(sent).at(-1)).to.deep.equal([1, 1])
    expect(alice.of(read)).to.deep.equal([[1, 0]])
  })

  for (const what of ['heads', 'markersOf'] as const)
    for (const kind of ['unavailable', 'defect'] as const)
      it(`what rings is told though ${what} fails again and again: ${kind}`, async () => {
        const chatId = await opened(ALICE)
        const alice = await following(ALICE)
        server.fake.trouble = { what, kind }
        await looked(10)
        for (const sent of [1, 2]) {
          await send(chatId)
          await server.mark(chatId, ALICE.id, sent)
          await server.quiet()
          expect(alice.of(chatId).at(-1)).to.deep.equal([sent, 0])
        }
        const begun = alice.moment()
        await looked(20)
        expect(alice.moment(), 'and no moment is settled').to.equal(begun)
      })

  it('a look that fails is made up for by whatever rings next', async () => {
    const [sent, rung] = [await opened(ALICE), await opened(ALICE)]
    const alice = await following(ALICE)
    deaf()
    await send(sent)
    server.fake.trouble = { what: 'heads', kind: 'unavailable' }
    await looked()
    server.fake.trouble = undefined
    server.bell.isDeaf = false
    await send(rung)
    await server.quiet()
    expect([sent, rung].map((chatId) => alice.of(chatId))).to.deep.equal([[[1, 1]], [[1, 1]]])
  })

  it('whoever reads a chat for one of its users finds what the others were not told', async () => {
    const chatId = await opened(ALICE, BOB)
    const [alice, bob] = [await following(ALICE), await following(BOB)]
    server.bell.isDeaf = true
    await send(chatId)
    await server.mark(chatId, ALICE.id, 1)
    await server.quiet()
    expect([alice, bob].map(({ of }) => of(chatId).at(-1))).to.deep.equal([
      [1, 0],
      [1, 1],
    ])
  })

  it('the next look finds who was told less than others, because they were read one after the other', async () => {
    const chatId = await opened(ALICE, BOB)
    const followers = [await following(ALICE), await following(BOB)]
    server.bell.isDeaf = true
    server.fake.between = () => send(chatId)
    await send(chatId)
    server.bell.isDeaf = false
    server.bell.ring(chatId)
    server.bell.isDeaf = true
    await server.quiet()
    server.fake.between = undefined
    await looked()
    expect(followers.map(({ of }) => of(chatId).at(-1))).to.deep.equal([
      [2, 2],
      [2, 2],
    ])
  })

  describe('a client that is cut off meanwhile', () => {
    it('is told when it resumes, though it was told of later changes before', async () => {
      const [lost, heard] = [await opened(ALICE), await opened(ALICE)]
      const alice = await following(ALICE)
      deaf()
      await send(lost)
      server.bell.isDeaf = false
      for (const _ of upTo(3)) {
        await send(heard)
        await server.quiet()
      }
      expect([lost, heard].map((chatId) => alice.of(chatId).length)).to.deep.equal([0, 3])
      await alice.cut()
      await alice.begin()
      expect(alice.of(lost)).to.deep.equal([[1, 1]])
    })

    it('is told again of what changed after the last sweep but one that found nothing lost, and of nothing else', async () => {
      const [early, late] = [await opened(ALICE), await opened(ALICE)]
      const alice = await following(ALICE)
      for (const chatId of [early, late]) {
        await send(chatId)
        await server.quiet()
        await looked(10)
      }
      await send(late)
      await server.quiet()
      await alice.cut()
      alice.got.length = 0
      await alice.begin()
      expect([early, late].map((chatId) => alice.of(chatId))).to.deep.equal([[], [[2, 2]]])
    })
  })
})
