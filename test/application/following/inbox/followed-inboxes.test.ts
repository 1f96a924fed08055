import { expect } from 'chai'
import type { Moment } from '../../../../src/application/ports/inboxes.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { aUser, left, right, upTo } from '../../../fixtures.ts'
import { settled } from '../fakes.ts'
import { aFollower, aServer, type Server } from './fakes.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]
const ZERO = 0 as Moment

describe('The inboxes that are followed on a server', () => {
  let server: Server

  beforeEach(() => {
    server = aServer()
  })

  const opened = async (...members: readonly ReturnType<typeof aUser>[]): Promise<ChatId> => {
    const founders = members.map(({ id }) => ({ userId: id, role: 'member' as const }))
    return right(await server.act.open(ANYBODY, { members: founders })).done.id
  }
  const send = async (chatId: ChatId) => void right(await server.act.send(ANYBODY, chatId))
  const following = async ({ id }: ReturnType<typeof aUser>, after?: Moment) => {
    const follower = aFollower(server, id)
    await follower.begin(after)
    await server.quiet()
    return follower
  }

  it('are read by their own users, and by services: by nobody else', async () => {
    const asked = (caller: Parameters<Server['follow']>[0]) =>
      server.follow(caller, { userId: BOB.id, after: undefined })()
    expect(left(await asked(ALICE))).to.have.property('kind', 'Forbidden')
    right(await asked(BOB))
    right(await asked(ANYBODY))
  })

  it('tell each user its entry of a chat that rang, with one reading for all of them and all their streams', async () => {
    const chatId = await opened(ALICE, BOB, CAROL)
    const followers = [await following(ALICE), await following(ALICE), await following(BOB)]
    const before = server.fake.count('entries')
    await send(chatId)
    await server.quiet()
    for (const { of } of followers) expect(of(chatId)).to.deep.equal([[1, 1]])
    const asked = server.fake.asked.filter(({ what }) => what === 'entries').slice(before)
    expect(asked.map(({ given }) => given[0])).to.deep.equal([
      [
        { chatId, userId: 'alice' },
        { chatId, userId: 'bob' },
      ],
    ])
  })

  it('tell the newest alone of what comes during a round and the rest after it', async () => {
    const chatId = await opened(ALICE)
    const follower = await following(ALICE)
    for (const _ of upTo(50)) await send(chatId)
    await settled()
    expect(follower.of(chatId), 'the first begins at once').to.have.length(1)
    await server.quiet()
    expect(follower.of(chatId)).to.have.length(2)
    expect(follower.of(chatId)[1]).to.deep.equal([50, 50])
  })

  it('tell a user where its marker is, and nobody else', async () => {
    const chatId = await opened(ALICE, BOB)
    await send(chatId)
    const [alice, bob] = [await following(ALICE), await following(BOB)]
    await server.mark(chatId, ALICE.id, 1)
    await server.quiet()
    expect([alice.of(chatId), bob.of(chatId)]).to.deep.equal([[[1, 0]], []])
  })

  it('tell of chats that somebody opens with a user, or adds it to, though nobody here was in them', async () => {
    const follower = await following(ALICE)
    const [mine, theirs] = [await opened(ALICE), await opened(BOB)]
    await server.quiet()
    expect([follower.of(mine), follower.of(theirs)]).to.deep.equal([[[0, 0]], []])
    right(await server.act.put(ANYBODY, theirs, ALICE.id, 'member'))
    await server.quiet()
    expect(follower.of(theirs)).to.deep.equal([[0, 0]])
    await send(theirs)
    await server.quiet()
    expect(follower.of(theirs)).to.deep.equal([
      [0, 0],
      [1, 1],
    ])
  })

  it('tell of a chat to whom it is new, when others here are in it', async () => {
    const chatId = await opened(ALICE)
    const [, bob] = [await following(ALICE), await following(BOB)]
    right(await server.act.put(ANYBODY, chatId, BOB.id, 'reader'))
    await server.quiet()
    expect(bob.of(chatId)).to.deep.equal([[0, 0]])
  })

  it('ask for members only when the memberships of a chat are others than when they were last asked for', async () => {
    const [known, strange] = [await opened(ALICE), await opened(BOB)]
    await following(ALICE)
    for (const chatId of [known, strange]) await send(chatId)
    await server.quiet()
    const before = server.fake.count('membersAmong')
    for (const _ of upTo(3)) {
      for (const chatId of [known, strange]) await send(chatId)
      await server.quiet()
    }
    expect(server.fake.count('membersAmong')).to.equal(before)
  })

  it('tell of the end to whoever was removed, and to all when the chat is gone', async () => {
    const chatId = await opened(ALICE, BOB)
    const [alice, bob] = [await following(ALICE), await following(BOB)]
    right(await server.act.remove(ANYBODY, chatId, ALICE.id))
    await server.quiet()
    expect(alice.of(chatId)).to.deep.equal(['removed'])
    expect(bob.of(chatId)).to.deep.equal([[0, 0]])
    right(await server.act.close(ANYBODY, chatId))
    await server.quiet()
    expect(alice.of(chatId), 'no more').to.deep.equal(['removed'])
    expect(bob.of(chatId).at(-1)).to.equal('removed')
  })

  it('tell of a chat again to whoever was removed and added', async () => {
    const chatId = await opened(ALICE, BOB)
    const alice = await following(ALICE)
    right(await server.act.remove(ANYBODY, chatId, ALICE.id))
    await server.quiet()
    right(await server.act.put(ANYBODY, chatId, ALICE.id, 'owner'))
    await server.quiet()
    expect(alice.of(chatId)).to.deep.equal(['removed', [0, 0]])
  })

  it('make one entry of all that waits for a stream that reads slowly', async () => {
    const [a, b] = [await opened(ALICE), await opened(ALICE)]
    const alice = await following(ALICE)
    alice.stalls = true
    await send(a)
    await server.quiet()
    for (const _ of upTo(20)) {
      for (const chatId of [a, b]) await send(chatId)
      await server.quiet()
    }
    await alice.goOn()
    expect(alice.of(a)).to.deep.equal([
      [1, 1],
      [21, 21],
    ])
    expect(alice.of(b)).to.deep.equal([[20, 20]])
  })

  it('are forgotten with their last stream: nothing is asked while nobody is connected', async () => {
    const chatId = await opened(ALICE)
    const [first, second] = [await following(ALICE), await following(ALICE)]
    await first.cut()
    await send(chatId)
    await server.quiet()
    expect(second.of(chatId)).to.have.length(1)
    await second.cut()
    const before = server.fake.asked.length
    await send(chatId)
    server.bell.ring()
    server.poll.look()
    await server.mark(chatId, ALICE.id, 1)
    await server.quiet()
    expect(server.fake.asked.length).to.equal(before)
  })

  it('survive a failure and a defect of a reading, which are reported and made good by the next look', async () => {
    const [chatId, strange] = [await opened(ALICE), await opened(BOB)]
    const alice = await following(ALICE)
    let sent = 0
    for (const what of ['entries', 'heads'] as const)
      for (const kind of ['unavailable', 'defect'] as const) {
        server.fake.trouble = { what, kind }
        server.failures.length = 0
        for (const id of [chatId, strange]) await send(id)
        sent++
        await server.quiet()
        const cause = kind === 'defect' ? 'TypeError: a defect' : 'a test'
        expect(new Set(server.failures), what).to.deep.equal(new Set([`inbox: ${cause}`]))
        server.fake.trouble = undefined
        server.poll.look()
        await server.quiet()
        expect(alice.of(chatId).at(-1)).to.deep.equal([sent, sent])
      }
  })

  it('tell of a membership though the look for members failed', async () => {
    const chatId = await opened(BOB)
    const alice = await following(ALICE)
    for (const what of ['membersAmong', 'entries', 'heads'] as const) {
      server.fake.trouble = { what, kind: 'unavailable' }
      right(await server.act.put(ANYBODY, chatId, ALICE.id, 'member'))
      await server.quiet()
      expect(alice.of(chatId).at(-1), what).to.not.deep.equal([0, 0])
      server.fake.trouble = undefined
      server.poll.look()
      await server.quiet()
      expect(alice.of(chatId).at(-1), what).to.deep.equal([0, 0])
      right(await server.act.remove(ANYBODY, chatId, ALICE.id))
      await server.quiet()
      expect(alice.of(chatId).at(-1), what).to.equal('removed')
    }
  })

  it('end when they are told to, and are read no more when the service stops', async () => {
    const chatId = await opened(ALICE)
    const alice = await following(ALICE, ZERO)
    server.followed.close()
    expect(server.poll.isStopped).to.equal(true)
    expect([server.bell.listeners.size, server.signals.listeners.size]).to.deep.equal([0, 0])
    const before = server.fake.asked.length
    await send(chatId)
    await server.quiet()
    expect(server.fake.asked.length).to.equal(before)
    await alice.cut()
  })
})
