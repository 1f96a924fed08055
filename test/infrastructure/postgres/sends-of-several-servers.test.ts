import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../../src/application/ports/chats.ts'
import * as Chat from '../../../src/domain/chat/chat.ts'
import { post } from '../../../src/domain/chat/message-decisions.ts'
import type { Message } from '../../../src/domain/chat/message.ts'
import type { ChatId, MessagePosition, Revision } from '../../../src/domain/identity.ts'
import type { Intent } from '../../../src/domain/intent.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { decideAsWritten } from '../../../src/infrastructure/postgres/writes/decide-as-written.ts'
import { decideInTurn } from '../../../src/infrastructure/postgres/writes/decide-in-turn.ts'
import { draftOf } from '../../../src/infrastructure/postgres/writes/draft.ts'
import type { StandingDraft } from '../../../src/infrastructure/postgres/writes/draft-rows.ts'
import { ANYBODY, type Caller } from '../../../src/domain/caller.ts'
import { editMessage, findChat, removeChat, renameChat, send } from '../../changes.ts'
import { aChatId, anIntent, aNewChat, aText, aUser, later, NOON, right } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'

const SECOND = 1000

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]
/** Two members, a stranger and nobody. */
const SENDERS: readonly Caller[] = [ALICE, BOB, CAROL, ANYBODY]

type Step =
  | {
      readonly kind: 'send'
      readonly server: 0 | 1
      readonly chat: number
      readonly at: number
      readonly key: boolean
      readonly by: Caller
    }
  | { readonly kind: 'rename' | 'edit'; readonly server: 0 | 1; readonly chat: number; readonly at: number }

const where = { server: fc.constantFrom<0 | 1>(0, 1), chat: fc.nat({ max: 2 }), at: fc.nat({ max: 20 }) }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      ...where,
      key: fc.boolean(),
      by: fc.constantFrom(...SENDERS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('rename' as const, 'edit' as const), ...where }) },
)
/** What is asked for at once, again and again. */
const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 })

describe('Sends of several servers to the same chats', () => {
  let servers: { readonly database: Database; readonly chats: Chats }[]

  beforeEach(async () => {
    const place = await aDatabase()
    servers = [0, 1].map(() => {
      const database = openDatabase(place)
      return { database, chats: postgresChats(database) }
    })
  })
  afterEach(() => Promise.all(servers.map(({ database }) => database.close())))

  const chatsOf = (server: 0 | 1) => servers[server]?.chats as Chats

  /** What the table says of the messages of a chat, by their numbers. */
  const stored = async (id: ChatId) => {
    const { rows } = await (servers[0]?.database.pool.query<{
      id: number
      revision: number
      posted_revision: number | null
      author: string | null
      text: string
      created_at: Date
      edited_at: Date | null
    }>(
      `select id::int, revision::int, posted_revision::int, author, text, created_at, edited_at from messages
       where chat_id = $1 order by id`,
      [id],
    ) ?? { rows: [] })
    return rows
  }

  /** Up to where each member has read a chat. */
  const markersIn = async (id: ChatId) => {
    const { rows } = await (servers[0]?.database.pool.query<{ user_id: string; marker: number }>(
      `select user_id, read_message_id::int as marker from members where chat_id = $1 order by user_id`,
      [id],
    ) ?? { rows: [] })
    return rows.map(({ user_id, marker }) => [user_id, marker])
  }

  it('are answered as they are stored: by what the domain decides, numbered without a gap, never back in time', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        const ids: ChatId[] = []
        const draft = { visibility: 'public', members: [{ userId: BOB.id, role: 'member' }] } as const
        for (let n = 0; n < 3; n++) ids.push(right(await chatsOf(0).add(ALICE, { ...aNewChat(), ...draft })()).done.id)
        const answered = new Map<ChatId, Message[]>(ids.map((id) => [id, []]))
        let sent = 0
        const take = async (step: Step) => {
          const id = ids[step.chat] as ChatId
          const chats = chatsOf(step.server)
          const time = later(step.at * SECOND)
          if (step.kind === 'send') {
            const intent = step.key ? anIntent(step.by) : undefined
            const decision = post(step.by, { text: aText(`message ${++sent}`) }, time, intent)
            answered.get(id)?.push(right(await chats.decide(step.by, { chatId: id, intent }, decision)()).message)
          } else if (step.kind === 'rename') await renameChat(chats, id, `title ${step.at}`, time)
          else await editMessage(chats, id, 1, `edit ${step.at}`, time)
        }
        for (const round of all) await Promise.all(round.map(take))

        for (const [id, messages] of answered) {
          const rows = await stored(id)
          expect(rows.map((row) => row.id)).to.deep.equal(messages.map((_, index) => index + 1))
          for (const message of messages) {
            const row = rows[message.id - 1]
            expect(row?.created_at).to.deep.equal(message.createdAt)
            expect(row?.posted_revision ?? message.revision).to.equal(message.revision)
            if (row?.edited_at === null) expect(row).to.include({ text: message.text, revision: message.revision })
          }
          const times = rows.map((row) => row.created_at.getTime())
          expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
          const chat = right(await findChat(chatsOf(1), id))
          expect(chat.lastMessageId).to.equal(rows.length)
          expect(chat.revision).to.be.at.least(Math.max(0, ...rows.map((row) => row.revision)))
          expect(chat.updatedAt.getTime()).to.be.at.least(times.at(-1) ?? 0)
          expect(chat.activeAt).to.deep.equal(rows.at(-1)?.created_at ?? chat.createdAt)
          const lastOf = (user: string) => rows.findLast(({ author }) => author === user)?.id ?? 0
          expect(await markersIn(id)).to.deep.equal(['alice', 'bob'].map((user) => [user, lastOf(user)]))
          await removeChat(chatsOf(0), id)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('are done once when both are asked with one key at once', async () => {
    const id = right(await chatsOf(0).add(ANYBODY, aNewChat())()).done.id
    await Promise.all([send(chatsOf(0), id), send(chatsOf(1), id)])
    for (let round = 0; round < 20; round++) {
      const intent = anIntent()
      const both = await Promise.all(
        ([0, 1, 0, 1] as const).map((server) => send(chatsOf(server), id, `once ${round}`, NOON, intent)),
      )
      const messages = both.map((answer) => right(answer))
      expect(messages.filter(({ replayed }) => !replayed)).to.have.length(1)
      expect(new Set(messages.map(({ message }) => message.id))).to.have.property('size', 1)
    }
    expect((await stored(id)).map((row) => row.id)).to.have.length(22)
  })
})

describe('What was written further on than it was decided', () => {
  /** Two sends, decided on a chat with 3 messages at revision 5. */
  const decided = (intent?: Intent) => {
    const chat = {
      ...Chat.open(aNewChat())(aChatId()),
      lastMessageId: 3 as MessagePosition,
      revision: 5 as Revision,
    }
    const answers: E.Either<unknown, unknown>[] = []
    const changes = ['one', 'two'].map((text) => ({
      ask: { chatId: chat.id, intent },
      decision: post(ANYBODY, { text: aText(text) }, later(1)),
      since: 0,
      conflicts: 0,
      resolve: (answer: E.Either<unknown, unknown>) => void answers.push(answer),
      reject: (defect: unknown) => {
        throw defect
      },
    }))
    const draft = draftOf(chat)
    const { taken } = decideInTurn(draft, changes, false)
    return { draft: draft as StandingDraft, taken, answers }
  }
  const place = { lastMessageId: 9 as MessagePosition, revision: 12 as Revision, updatedAt: later(60 * SECOND) }

  it('is decided again where it was written, and answered so', () => {
    const { draft, taken, answers } = decided()
    const written = decideAsWritten(draft, taken, place)
    const { updatedAt } = place
    expect(written.chat).to.include({ lastMessageId: 9, revision: 12, updatedAt, activeAt: updatedAt })
    for (const answer of written.answers) answer()
    expect(answers.map((answer) => right(answer as E.Either<never, { message: Message }>).message)).to.containSubset([
      { id: 8, revision: 11, text: 'one', createdAt: place.updatedAt },
      { id: 9, revision: 12, text: 'two', createdAt: place.updatedAt },
    ])
  })

  it('is a defect when the domain would have had it otherwise: another time, another number of messages, another text', () => {
    const { draft, taken } = decided()
    const wrong: (() => unknown)[] = [
      () => decideAsWritten(draft, taken, { ...place, updatedAt: NOON }),
      () => decideAsWritten(draft, taken.slice(1), place),
      () => decideAsWritten(draft, taken.toReversed(), place),
    ]
    for (const attempt of wrong) expect(attempt).to.throw('otherwise than the domain decides')
  })
})
