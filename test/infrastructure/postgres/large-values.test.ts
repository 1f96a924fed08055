import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { change } from '../../../src/domain/chat/chat-decisions.ts'
import { edit, post } from '../../../src/domain/chat/message-decisions.ts'
import type { Reaction } from '../../../src/domain/chat/reaction.ts'
import { react } from '../../../src/domain/chat/reaction-decisions.ts'
import type { ChatId, MessageId } from '../../../src/domain/identity.ts'
import type { Metadata } from '../../../src/domain/metadata.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { findChat } from '../../changes.ts'
import { anIntent, aNewChat, aText, aTitle, aUser, NOON, right, upTo } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { askedOf } from '../../statements.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]
const ROUNDS = process.env['TORTURE'] ? 100 : 10

const metadataOf = (value: object) => value as Metadata
const LARGE = metadataOf({ large: 'x'.repeat(4000) })

describe('What is large and was not changed', () => {
  const hold = releasing()
  let servers: ReturnType<typeof postgresChats>[]
  let database: Database

  beforeEach(async () => {
    const place = await aDatabase()
    const databases = [0, 1].map(() => hold(openDatabase(place), ({ close }) => close()))
    servers = databases.map((each) => postgresChats(each))
    database = databases[0] as Database
  })
  const on = (server: number) => servers[server % 2] as ReturnType<typeof postgresChats>

  const opened = async (): Promise<ChatId> => {
    const members = [{ userId: BOB.id, role: 'member' as const }]
    return right(await on(0).add(ALICE, { ...aNewChat(), members, metadata: LARGE })()).done.id
  }

  it('of a message is where it was after a reaction, and its text is not sent along', async () => {
    const id = await opened()
    const [messageId, reaction] = [1 as MessageId, '❤' as Reaction]
    // As nothing can be made smaller, PostgreSQL keeps it beside the table.
    const text = aText(randomBytes(2500).toString('hex'))
    right(await on(0).decide(BOB, { chatId: id }, post(BOB, { text }, NOON))())
    const place = async () => {
      const { rows } = await database.pool.query<{ place: string }>(
        'select pg_column_toast_chunk_id(text) as place from messages where chat_id = $1',
        [id],
      )
      return rows[0]?.place
    }
    const before = await place()
    expect(before).to.match(/^[0-9]+$/)
    const asked = await askedOf(database.pool, async () => {
      const about = { chatId: id, messageId, reaction }
      right(await on(0).decide(BOB, about, react(BOB, { messageId, reaction, at: NOON }))())
    })
    expect(
      asked.flatMap(({ values = [] }) => values.map(String)).filter((value) => value.includes(text)),
    ).to.deep.equal([])
    expect(await place()).to.equal(before)
    const metadata = metadataOf({ a: 1 })
    right(await on(0).decide(BOB, { chatId: id, messageId }, edit(BOB, { messageId, metadata, at: NOON }))())
    expect(await place(), 'a message that is edited is written as a whole').to.not.equal(before)
    expect(right(await on(1).findMessage(BOB, id, messageId)())).to.deep.include({
      text,
      reactions: [{ reaction, count: 1 }],
    })
  })

  it('of a chat goes along with no send and no reaction, and stays', async () => {
    const id = await opened()
    const reaction = '❤' as Reaction
    const messageId = 1 as MessageId
    const send = (server: number, isOnce: boolean) => {
      const intent = isOnce ? anIntent(BOB) : undefined
      return on(server).decide(BOB, { chatId: id, intent }, post(BOB, { text: aText() }, NOON, intent))()
    }
    const asked = await askedOf(database.pool, async () => {
      right(await send(0, true))
      await Promise.all([...upTo(8).map((n) => send(0, n % 2 === 0)), send(1, true)])
      const about = { chatId: id, messageId, reaction }
      await Promise.all([
        ...upTo(4).map(() => send(0, true)),
        on(0).decide(BOB, about, react(BOB, { messageId, reaction, at: NOON }))(),
      ])
    })
    const names = asked.map(({ name }) => name ?? '')
    expect(names).to.include('one-keyed-member-send')
    expect(names.filter((name) => name.startsWith('group')).join()).to.include('group-and-markers-and-reactions')
    const written = asked.flatMap(({ values = [] }) => values.map(String))
    expect(Math.max(...written.map(({ length }) => length))).to.be.below(4000)
    for (const server of [0, 1]) expect(right(await findChat(on(server), id)).metadata).to.deep.equal(LARGE)
  })

  it('of a chat is not put back by a group of one server where the other one changed it', async () => {
    for (const round of upTo(ROUNDS)) {
      const id = await opened()
      const sending = (server: number) => {
        const intent = anIntent(BOB)
        return on(server).decide(BOB, { chatId: id, intent }, post(BOB, { text: aText() }, NOON, intent))()
      }
      for (const server of [0, 1]) right(await sending(server))
      const changing = (server: number, changes: object) =>
        on(server).decide(ALICE, { chatId: id }, change(ALICE, { ...changes, at: NOON }))()
      const answers = await Promise.all([
        ...upTo(4).map((n) => sending(round + n)),
        changing(round, { metadata: metadataOf({ round, large: 'y'.repeat(4000) }) }),
        ...upTo(4).map((n) => sending(round + n)),
        changing(round + 1, { title: aTitle(`Round ${round}`) }),
        ...upTo(4).map((n) => sending(round + n)),
      ])
      answers.forEach((answer) => right<unknown>(answer))
      const chat = right(await findChat(on(round), id))
      expect(chat.title).to.equal(`Round ${round}`)
      expect(chat.metadata).to.deep.include({ round })
      expect(chat.lastMessageId).to.equal(14)
    }
  })
})
