import { expect } from 'chai'
import { followChats } from '../../src/application/following/follow-chats.ts'
import { followedChats } from '../../src/application/following/followed-chats.ts'
import type { Happening } from '../../src/application/following/happening.ts'
import { ringAfterChange } from '../../src/application/following/ring-after-change.ts'
import { followedSignals } from '../../src/application/following/signals/followed-signals.ts'
import type { Bell } from '../../src/application/ports/bell.ts'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Journal } from '../../src/application/ports/journal.ts'
import type { User } from '../../src/domain/caller.ts'
import type { ChatId, Revision } from '../../src/domain/identity.ts'
import { memoryBell } from '../../src/infrastructure/memory/bell.ts'
import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { memorySignals } from '../../src/infrastructure/memory/signals.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import { openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { acting } from '../acting.ts'
import { bellOn } from '../bells.ts'
import { aUser, left, right, upTo } from '../fixtures.ts'
import { goal } from '../goal.ts'
import { aDatabase } from '../postgres.ts'
import { type Hold, releasing } from '../releasing.ts'
import { until } from '../until.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]
/** In all, on the storages together. */
const ROUNDS = process.env['TORTURE'] ? 100 : 10
const WRITERS = 6
/** More than a reading of the journal, and more than is remembered for those who come later. */
const MANY = 350

/** What followers are served with. */
const aServer = (hold: Hold, chats: Chats, journal: Journal, bell: Bell) => {
  const followed = hold(followedChats(journal, bell), ({ close }) => close())
  const signals = hold(followedSignals(memorySignals()), ({ close }) => close())
  return { ...acting(ringAfterChange(chats, bell)), follow: followChats({ journal, chats: followed, signals }) }
}
type Server = ReturnType<typeof aServer>

const onMemory = async (hold: Hold): Promise<readonly Server[]> => {
  const chats = memoryChats()
  return [aServer(hold, chats, chats, memoryBell())]
}

const onPostgres = async (hold: Hold): Promise<readonly Server[]> => {
  const place = await aDatabase()
  return [1, 2].map(() => {
    const database = hold(openDatabase(place), ({ close }) => close())
    const bell = hold(bellOn(database), ({ close }) => close())
    return aServer(hold, postgresChats(database), postgresJournal(database.pool), bell)
  })
}

/** Takes what happens as it comes, once it is let go. */
const aFollower = async (hold: Hold, { follow }: Server, caller: User, ids: readonly ChatId[], waits = false) => {
  const { happenings } = right(await follow(caller, { places: ids.map((chatId) => ({ chatId })) })())
  const stop = hold(new AbortController(), (controller) => controller.abort())
  const steps = happenings(stop.signal)
  const follower = { got: [] as Happening[], endedAt: 0 }
  const run = async () => {
    for await (const happening of steps) follower.got.push(happening)
    follower.endedAt = performance.now()
  }
  const first = waits ? undefined : run()
  return Object.assign(follower, { letGo: () => first ?? run() })
}
type Follower = Awaited<ReturnType<typeof aFollower>>

const batchesOf = ({ got }: Follower, id: ChatId) =>
  got.flatMap((happening) => (happening.kind === 'changed' && happening.chatId === id ? [happening] : []))
const changesOf = (follower: Follower, id: ChatId) => batchesOf(follower, id).flatMap(({ batch }) => batch.changes)

/** The follower was told of the chat until the revision at which it went out of its sight, and of nothing later. */
const expectEnded = (follower: Follower, id: ChatId, revision: Revision, kind: 'member' | 'chat') => {
  const changes = changesOf(follower, id)
  expect(changes.at(-1)).to.include({ kind })
  expect(changes.at(-1)?.revision).to.be.at.least(revision)
  const last = changes.at(-1)
  if (last?.kind === 'chat') {
    expect(last.chat.title, 'not what it is called since').to.equal('Release party')
    // Each message took a revision: after this one there may be more messages, of which it does not say.
    expect(last.chat.lastMessageId).to.be.below(revision)
  }
  const before = changes.slice(0, -1)
  expect(before.filter((change) => change.revision >= revision)).to.deep.equal([])
  expect(batchesOf(follower, id).map(({ isLast = false }) => isLast)).to.deep.equal(
    batchesOf(follower, id).map((_, index, all) => index === all.length - 1),
  )
  expect(follower.got.filter((happening) => happening.kind === 'removed')).to.deep.equal([])
}

const storages = [
  { name: 'in memory', open: onMemory },
  { name: 'on PostgreSQL, over two servers', open: onPostgres },
]

for (const { name, open } of storages)
  describe(`Followers who may see a chat no more, ${name},`, () => {
    const hold = releasing()
    let servers: readonly Server[]
    const server = (n: number) => servers[n % servers.length] as Server

    beforeEach(async () => {
      servers = await open(hold)
    })

    /** Owners who write to both chats on every server, until they are stopped. */
    const writers = (id: ChatId, other: ChatId) => {
      const written = { count: 0 }
      let isStopped = false
      const running = Promise.all(
        upTo(WRITERS).map(async (n) => {
          while (!isStopped) {
            right(await server(n).send(ALICE, n % 3 ? id : other))
            written.count += 1
            // Memory answers at once: let followers have their turns.
            await new Promise((resolve) => setImmediate(resolve))
          }
        }),
      )
      const stop = async () => {
        isStopped = true
        await running
      }
      return { written, stop: hold(stop, (stop) => stop()) }
    }

    const ways = [
      {
        who: BOB,
        what: 'because they were removed',
        kind: 'member' as const,
        draft: { members: [{ userId: BOB.id, role: 'member' as const }] },
        end: async (server: Server, id: ChatId) => right(await server.remove(ALICE, id, BOB.id)).member.revision,
      },
      {
        who: CAROL,
        what: 'because they are strangers and it turned private',
        kind: 'chat' as const,
        draft: { visibility: 'public' as const },
        end: async (server: Server, id: ChatId) => right(await server.show(ALICE, id, 'private')).chat.revision,
      },
    ]

    for (const { who, what, kind, draft, end } of ways)
      it(`${what}, are told that, within a second, and nothing that came later`, async () => {
        for (const round of upTo(Math.ceil(ROUNDS / (storages.length * ways.length)))) {
          const id = right(await server(round).open(ALICE, draft)).done.id
          const other = right(await server(round).open(ALICE, { visibility: 'public' })).done.id
          const alone = await aFollower(hold, server(round), who, [id])
          const several = await aFollower(hold, server(round + 1), who, [other, id])
          const slow = await aFollower(hold, server(round), who, [id], true)
          const owner = await aFollower(hold, server(round + 1), ALICE, [id])
          const { written, stop } = writers(id, other)
          await until(() => [alone, several].every((follower) => changesOf(follower, id).length > 10))

          const revision = await end(server(round + 1), id)
          const keptAt = performance.now()
          const enough = written.count + (round === 1 ? 2 * MANY : WRITERS)
          await until(() => alone.endedAt > 0 && written.count > enough)
          expect(alone.endedAt - keptAt, 'ms until the stream ended').to.be.below(goal(1000))
          // What is told of the chat itself is told as it is by now.
          right(await server(round).rename(ALICE, id, `round ${round}`))
          await stop()

          expectEnded(alone, id, revision, kind)
          const { message } = right(await server(round).send(ALICE, other))
          await until(() => changesOf(several, other).at(-1)?.revision === message.revision)
          expectEnded(several, id, revision, kind)
          expect(several.endedAt, 'goes on with the other chat').to.equal(0)
          await slow.letGo()
          expectEnded(slow, id, revision, kind)
          await until(() =>
            changesOf(owner, id).some((one) => one.kind === 'chat' && one.chat.title !== 'Release party'),
          )
          expect(changesOf(owner, id).filter((change) => change.revision > revision)).to.have.length.above(WRITERS / 2)

          const places = [{ chatId: id, after: revision }]
          expect(left(await server(round).follow(who, { places })())).to.deep.equal({
            kind: 'ChatNotFound',
            chatId: id,
          })
          const resumed = right(
            await server(round).follow(who, { places: [...places, { chatId: other }], resumed: true })(),
          )
          expect([...resumed.positions.keys()]).to.deep.equal([other])
        }
      })
  })
