import { expect } from 'chai'
import { COLLECT_MS, FRESH_MS } from '../../../../src/application/following/signals/signal-hub.ts'
import { ANYBODY, type Caller } from '../../../../src/domain/caller.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { acting } from '../../../acting.ts'
import { aUser, right } from '../../../fixtures.ts'
import { aReading, aTyping } from '../../../signals.ts'
import { aFollower, aServer, aSlowFollower, settled } from '../fakes.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]

describe('A follower is told of signals', () => {
  let server: ReturnType<typeof aServer>
  let make: ReturnType<typeof acting>
  let chat: ChatId

  beforeEach(async () => {
    server = aServer()
    make = acting(server.kept)
    const members = [{ userId: BOB.id, role: 'reader' as const }]
    chat = right(await make.open(ALICE, { visibility: 'public', members })).done.id
  })

  const following = (caller: Caller, ...ids: ChatId[]) =>
    aFollower(server.follow, { places: (ids.length > 0 ? ids : [chat]).map((chatId) => ({ chatId })) }, caller)

  /** Until what was sent has been told. */
  const collected = async () => {
    server.time.pass(COLLECT_MS)
    await settled()
  }

  const signalsOf = ({ got }: Awaited<ReturnType<typeof following>>, id = chat) =>
    got.flatMap((happening) =>
      happening.kind === 'signalled' && happening.chatId === id ? happening.batch.signals : [],
    )

  it('when it is a member, whatever its role, or a service; the one who types, too', async () => {
    const followers = [await following(ALICE), await following(BOB), await following(ANYBODY)]
    const typing = aTyping({ chatId: chat, user: 'alice' })
    server.signals.send(typing)
    await collected()
    for (const follower of followers) expect(signalsOf(follower)).to.deep.equal([typing])
    const batches = followers.map(({ got }) => got[0]?.kind === 'signalled' && got[0].batch)
    expect(new Set(batches).size, 'one batch for all').to.equal(1)
  })

  it('in each of its chats at once', async () => {
    const other = right(await make.open(ALICE)).done.id
    const alice = await following(ALICE, chat, other)
    for (const chatId of [chat, other]) server.signals.send(aTyping({ chatId }))
    await collected()
    for (const chatId of [chat, other]) expect(signalsOf(alice, chatId)).to.deep.equal([aTyping({ chatId })])
  })

  it('never while it is a stranger, and from when it joins', async () => {
    const carol = await following(CAROL)
    server.signals.send(aReading(1, { chatId: chat }))
    await collected()
    expect(carol.got).to.deep.equal([])
    expect(server.time.timers.size, 'nothing is collected for nobody').to.equal(0)
    right(await make.put(CAROL, chat, CAROL.id, 'member'))
    await settled()
    server.signals.send(aReading(2, { chatId: chat }))
    await collected()
    expect(carol.got.map(({ kind }) => kind)).to.deep.equal(['changed', 'signalled'])
    expect(signalsOf(carol)).to.deep.equal([aReading(2, { chatId: chat })])
  })

  it('no more once it left, though it may follow on', async () => {
    const bob = await following(BOB)
    right(await make.remove(BOB, chat, BOB.id))
    await settled()
    server.signals.send(aReading(1, { chatId: chat }))
    await collected()
    expect(signalsOf(bob)).to.deep.equal([])
    right(await make.send(ALICE, chat))
    await settled()
    expect(bob.of(chat)).to.deep.equal([1, 2])
  })

  it('no more once it was removed, not of what was being collected either', async () => {
    const other = right(await make.open(BOB)).done.id
    const [bob, alice] = [await following(BOB, chat, other), await following(ALICE)]
    const typing = aTyping({ chatId: chat })
    server.signals.send(typing)
    right(await make.remove(ALICE, chat, BOB.id))
    await settled()
    await collected()
    expect(signalsOf(alice)).to.deep.equal([typing])
    expect(bob.got.map(({ kind }) => kind)).to.deep.equal(['changed'])
    server.signals.send(aTyping({ chatId: other }))
    await collected()
    expect(signalsOf(bob, other)).to.have.length(1)
  })

  it('after all messages that there are, and then of the newest signals alone', async () => {
    const slow = await aSlowFollower(server.follow, { places: [{ chatId: chat }] }, ALICE)
    const first = slow.next()
    await settled()
    for (const n of [1, 2, 3]) {
      server.signals.send(aReading(n, { chatId: chat }))
      await collected()
      right(await make.send(ALICE, chat))
      await settled()
    }
    expect((await first)?.kind, 'the first signal came while it waited').to.equal('signalled')
    expect((await slow.next())?.kind).to.equal('changed')
    right(await make.send(ALICE, chat))
    await settled()
    const rest = [await slow.next(), await slow.next()]
    expect(rest.map((happening) => happening?.kind)).to.deep.equal(['changed', 'signalled'])
    expect(rest[1]?.kind === 'signalled' && rest[1].batch.signals).to.deep.equal([aReading(3, { chatId: chat })])
    slow.stop()
    await slow.next()
  })

  it('of none that are not fresh any more when it takes them', async () => {
    const slow = await aSlowFollower(server.follow, { places: [{ chatId: chat }] }, ALICE)
    const first = slow.next()
    await settled()
    right(await make.send(ALICE, chat))
    await first
    server.signals.send(aReading(1, { chatId: chat }))
    server.time.pass(COLLECT_MS + FRESH_MS)
    const next = slow.next()
    await settled()
    right(await make.send(ALICE, chat))
    expect((await next)?.kind).to.equal('changed')
    slow.stop()
    await slow.next()
  })

  it('and leaves nothing behind', async () => {
    const followers = [await following(ALICE), await following(BOB)]
    server.signals.send(aTyping({ chatId: chat }))
    await collected()
    for (const follower of followers) follower.stop()
    await settled()
    expect(followers.map(({ hasEnded }) => hasEnded)).to.deep.equal([true, true])
    expect(server.time.timers.size).to.equal(0)
    server.signals.send(aReading(1, { chatId: chat }))
    expect(server.time.timers.size).to.equal(0)
  })
})
