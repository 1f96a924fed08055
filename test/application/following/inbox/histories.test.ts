import { expect } from 'chai'
import fc from 'fast-check'
import { BEGINNING_OF_TIME } from '../../../../src/application/ports/inboxes.ts'
import type { UserId } from '../../../../src/domain/caller.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import { ROLES } from '../../../../src/domain/chat/member.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { right } from '../../../fixtures.ts'
import { aFollower, aServer, type Server } from './fakes.ts'

const RUNS = process.env['TORTURE'] ? 3000 : 300
const USERS = ['ann', 'ben', 'cat', 'dan', 'eve'] as readonly string[] as readonly UserId[]
const CHATS = 6
/** Of each user two. */
const CLIENTS = USERS.length * 2

const chat = fc.nat({ max: CHATS - 1 })
const user = fc.constantFrom(...USERS)
const client = fc.nat({ max: CLIENTS - 1 })
const number = fc.integer({ min: 1, max: 6 })

const change = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), chat, user }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('mark' as const), chat, user, number }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('erase' as const, 'edit' as const), chat, number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), chat, number }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), chat, user, role: fc.constantFrom(...ROLES) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), chat, user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('close' as const, 'open' as const), chat, user }) },
)
const reading = fc.record({ kind: fc.constantFrom('stall' as const, 'go on' as const, 'cut' as const), client })
const outside = fc.record({
  kind: fc.constantFrom('look' as const, 'rest' as const, 'ring' as const, 'deaf' as const, 'hear' as const),
})
const step = fc.record({
  what: fc.oneof(
    { weight: 6, arbitrary: change },
    { weight: 4, arbitrary: reading },
    { weight: 4, arbitrary: outside },
  ),
  /** Turns of the event loop that go by before the next. */
  turns: fc.nat({ max: 4 }),
})
type What = (typeof step extends fc.Arbitrary<infer Step> ? Step : never)['what']

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('Whatever happens in chats, and to those who follow their inboxes', () => {
  const aWorld = async (delays: readonly number[]) => {
    const server: Server = aServer()
    let asked = 0
    server.fake.delay = () => turns(delays[asked++ % delays.length] ?? 0)
    const open = async (userId: UserId): Promise<ChatId> =>
      right(await server.act.open(ANYBODY, { members: [{ userId, role: 'owner' }] })).done.id
    const chatIds: ChatId[] = []
    for (const index of Array(CHATS).keys()) chatIds.push(await open(USERS[index % USERS.length]!))
    const clients = Array.from({ length: CLIENTS }, (_, index) => {
      const userId = USERS[index % USERS.length]!
      return { userId, isOn: false, readsPage: index >= USERS.length, follower: aFollower(server, userId) }
    })
    return { server, open, chatIds, clients }
  }
  type World = Awaited<ReturnType<typeof aWorld>>

  /** What is refused is so. */
  const change = async ({ server, open, chatIds }: World, what: What) => {
    if (!('chat' in what)) return
    const chatId = chatIds[what.chat]!
    const { act } = server
    if (what.kind === 'send') await act.send({ kind: 'user', id: what.user }, chatId)
    if (what.kind === 'mark') {
      const { entries } = right(await server.real.page(what.user, { limit: 100 })())
      const last = entries.find((entry) => entry.chat.id === chatId)?.chat.lastMessageId
      if (last !== undefined) await server.mark(chatId, what.user, Math.min(last, what.number - 1))
    }
    if (what.kind === 'erase') await act.erase(ANYBODY, chatId, what.number)
    if (what.kind === 'edit') await act.edit(ANYBODY, chatId, what.number, 'edited')
    if (what.kind === 'rename') await act.rename(ANYBODY, chatId, `title ${what.number}`)
    if (what.kind === 'put') await act.put(ANYBODY, chatId, what.user, what.role)
    if (what.kind === 'remove') await act.remove(ANYBODY, chatId, what.user)
    if (what.kind === 'close') await act.close(ANYBODY, chatId)
    if (what.kind === 'open') chatIds[what.chat] = await open(what.user)
  }

  /** At the first time with everything, or with the inbox as a page shows it. */
  const begin = async ({ server }: World, { userId, readsPage, follower }: World['clients'][number]) => {
    if (follower.moment() !== undefined || !readsPage) return follower.begin(follower.moment() ?? BEGINNING_OF_TIME)
    const { entries, moment } = right(await server.real.page(userId, { limit: 100 })())
    for (const { lastMessage, ...entry } of entries)
      follower.fold.take({
        event: 'entry',
        revision: entry.chat.revision,
        data: { ...entry, last_message: lastMessage },
      })
    await follower.begin(moment)
  }

  const read = async (world: World, what: What) => {
    if (!('client' in what)) return
    const client = world.clients[what.client]!
    const { follower } = client
    if (what.kind === 'stall') follower.stalls = true
    if (what.kind === 'go on') await follower.goOn()
    if (what.kind !== 'cut') return
    // Who is not there comes back.
    if (client.isOn) void follower.cut()
    else void begin(world, client)
    client.isOn = !client.isOn
  }

  const happen = ({ server }: World, { kind }: What) => {
    if (kind === 'look') server.poll.look()
    if (kind === 'rest') server.rest.isOver()
    if (kind === 'ring') server.bell.ring()
    if (kind === 'deaf') server.bell.isDeaf = server.signals.isDeaf = true
    if (kind === 'hear') server.bell.isDeaf = server.signals.isDeaf = false
  }

  /** Where every ring was heard, one look is enough: it is told within a second whatever was read at the same time. */
  const atRest = async (world: World, isDeaf: boolean) => {
    const { server, clients } = world
    server.fake.delay = () => undefined
    await turns(50)
    for (const client of clients) {
      await client.follower.goOn()
      if (!client.isOn) await begin(world, client)
    }
    await server.quiet()
    for (let looks = 0; looks < (isDeaf ? 10 : 1); looks++) {
      server.poll.look()
      await server.quiet()
    }
  }

  /** With those who followed, their chats are forgotten: a look for somebody else asks for none of them. */
  const nothingIsLeft = async ({ server }: World) => {
    const zoe = aFollower(server, 'zoe' as string as UserId)
    await zoe.begin()
    await server.quiet()
    server.fake.asked.length = 0
    server.poll.look()
    await server.quiet()
    expect(server.fake.count('heads')).to.equal(0)
    await zoe.cut()
  }

  it('each inbox that is kept by what was told is the inbox as it is, and no entry ever went back', async function () {
    this.timeout(600_000)
    const told = new Map<string, number>()
    const world = fc.array(step, { minLength: 10, maxLength: 80 })
    const delays = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 20 })
    const property = fc.asyncProperty(world, delays, fc.boolean(), async (steps, delays, isDeaf) => {
      const world = await aWorld(delays)
      for (const { what, turns: count } of steps) {
        await change(world, what)
        await read(world, what)
        if (isDeaf || what.kind !== 'deaf') happen(world, what)
        await turns(count)
      }
      await atRest(world, isDeaf)
      for (const { userId, follower } of world.clients) {
        const { fold, got } = follower
        for (const { event } of got) told.set(event, (told.get(event) ?? 0) + 1)
        expect(fold.violations, userId).to.deep.equal([])
        const { entries } = right(await world.server.real.page(userId, { limit: 100 })())
        const shown = entries.map(({ lastMessage, ...entry }) => [
          entry.chat.id,
          { ...entry, last_message: lastMessage },
        ])
        expect(new Map(fold.entries), userId).to.deep.equal(new Map(shown as [number, object][]))
      }
      expect(world.server.failures).to.deep.equal([])
      for (const { follower } of world.clients) await follower.cut()
      await nothingIsLeft(world)
    })
    await fc.assert(property, { numRuns: RUNS })
    expect([...told.keys()]).to.have.members(['chats', 'entry', 'entry_removed'])
  })
})
