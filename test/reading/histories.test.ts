import { expect } from 'chai'
import fc from 'fast-check'
import type { Storage } from '../../src/composition/storage.ts'
import { testClock } from '../../src/testing/clock.ts'
import { openStorage } from '../../src/storage.ts'
import { clientOf } from '../client.ts'
import { later, NOON } from '../fixtures.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, memoryStorage, served } from '../served.ts'
import { opened } from '../contract/member-model.ts'
import { foreseenInbox, foreseenMarker, foreseenMessages, foreseenOwnReactions, foreseenTotal } from './foreseen.ts'
import { overHttp } from './http.ts'
import { DONE, read } from './model.ts'
import { aReadingChat, type ReadingChat } from './reading-chat.ts'
import type { Server } from './server.ts'
import { histories, USERS } from './steps.ts'
import { useCases } from './use-cases.ts'

const isLong = process.env['TORTURE'] !== undefined

/** The pages in which inboxes are read. */
const LIMITS = [1, 2, 3, 100]

/** That a server shows everybody what the model has: of all chats their entries, of one chat everything. */
const expectModel = async (server: Server, all: readonly ReadingChat[], chat: ReadingChat, limit: number) => {
  const { isClosed, revision } = chat.rules
  const said = <A>(foreseen: A | string) => (typeof foreseen === 'string' ? server.says(foreseen) : foreseen)
  const messages = said(isClosed ? 'ChatNotFound' : { revision, all: foreseenMessages(chat) })
  expect(await server.messages(chat.id), `messages of chat ${chat.id}`).to.deep.equal(messages)
  await Promise.all(
    USERS.map(async (user) => {
      expect(await server.inbox(user, limit), `inbox of ${user} by ${limit}`).to.deep.equal(foreseenInbox(all, user))
      expect(await server.total(user), `what ${user} has not read`).to.deep.equal(foreseenTotal(all, user))
      expect(await server.marker(chat.id, user), `marker of ${user} in chat ${chat.id}`).to.deep.equal(
        said(foreseenMarker(chat, user)),
      )
      const reactions = await server.ownReactions(chat.id, user)
      expect(reactions, `reactions of ${user} in chat ${chat.id}`).to.deep.equal(said(foreseenOwnReactions(chat, user)))
    }),
  )
}

type History = typeof histories extends (length: number) => fc.Arbitrary<infer A> ? A : never

/** Takes a history, and looks after every step, at the other server. Counts what was done, and what was refused. */
const hold = async (servers: readonly Server[], { openings, steps }: History, answers: Map<string, number>) => {
  const serverOf = (n: number) => servers[n % servers.length] as Server
  const places: ReadingChat[] = []
  const all: ReadingChat[] = []
  const open = async (place: number, step: History['openings'][number], server: number, ticks: number) => {
    const id = await serverOf(server).open(step, ticks)
    const chat = aReadingChat(id, opened(step), later(ticks * 1000))
    places[place] = chat
    all.push(chat)
  }
  for (const [place, step] of openings.entries()) await open(place, step, place, 0)
  for (const [index, { place, server, ticks, step }] of steps.entries()) {
    const chat = places[place]!
    if (step.kind === 'open') {
      if (chat.rules.isClosed) await open(place, step, server, ticks)
      else continue
    } else {
      const answer = await serverOf(server).take(chat, step, ticks)
      const foreseen = read(chat, step, ticks)
      expect(answer, `step ${index}, ${JSON.stringify(step)}`).to.equal(serverOf(server).says(foreseen))
      const what = `${step.kind} ${foreseen}`
      answers.set(what, (answers.get(what) ?? 0) + 1)
    }
    await expectModel(serverOf(server + 1), all, places[place]!, LIMITS[index % LIMITS.length]!)
  }
  for (const chat of all) await expectModel(serverOf(0), all, chat, 2)
  for (const chat of all)
    if (!chat.rules.isClosed) expect(await serverOf(0).take(chat, { kind: 'close', who: null }, 0)).to.equal(DONE)
}

/** What histories must have come to, for all of this to say something. */
const REACHED = [
  ...['send', 'reply', 'edit', 'erase', 'react', 'unreact', 'mark', 'put', 'remove', 'show', 'rename'].map(
    (kind) => `${kind} ${DONE}`,
  ),
  ...['tag', 'tag chat', 'close'].map((kind) => `${kind} ${DONE}`),
  'reply ReplyToNotFound',
  'unreact ReactionNotFound',
  ...['Forbidden', 'MemberNotFound', 'MarkerAhead', 'ChatNotFound'].map((why) => `mark ${why}`),
]

describe('Whatever is sent, read and reacted to', function () {
  this.timeout(600_000)
  const release = releasing()
  const clock = testClock(NOON)

  /** Only where each run has servers of its own, a history that fails is made smaller: others it would leave with chats. */
  const holds = async (serversOf: () => readonly Server[], length: number, numRuns: number, endOnFailure = true) => {
    const answers = new Map<string, number>()
    const property = fc.asyncProperty(histories(length), (history) => hold(serversOf(), history, answers))
    await fc.assert(property, { numRuns, endOnFailure })
    return answers
  }

  /** Two storages on one database; who takes one lets it go. */
  const twoStorages = async () => {
    const config = aConfig({ DATABASE_URL: urlOf(await aDatabase()) })
    return [await openStorage(config, () => {}), await openStorage(config, () => {})]
  }
  const overHttpOn = async (storage: Storage) => {
    const { url } = release(await served(storage, {}, [], undefined, clock), ({ stop }) => stop())
    return overHttp(clientOf(url), clock)
  }

  it('is seen in inboxes, markers and reactions as a model of the rules has it, in memory', async () => {
    const answers = await holds(() => [useCases(memoryStorage(), clock)], 200, isLong ? 200 : 10, false)
    expect(REACHED.filter((what) => !answers.has(what))).to.deep.equal([])
  })

  it('is seen so on two servers on one PostgreSQL', async () => {
    const storages = await twoStorages()
    const servers = storages.map((storage) =>
      useCases(
        release(storage, ({ close }) => close()),
        clock,
      ),
    )
    await holds(() => servers, isLong ? 200 : 100, isLong ? 40 : 3)
  })

  it('is seen so over HTTP, in memory', async () => {
    const servers = [await overHttpOn(memoryStorage())]
    await holds(() => servers, 50, isLong ? 40 : 2)
  })

  it('is seen so over HTTP, on two servers on one PostgreSQL', async () => {
    const [here, there] = await twoStorages()
    const servers = [await overHttpOn(here!), await overHttpOn(there!)]
    await holds(() => servers, 50, isLong ? 40 : 2)
  })
})
