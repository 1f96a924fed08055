import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY, type User } from '../../../src/domain/caller.ts'
import type { Chat } from '../../../src/domain/chat/chat.ts'
import { change } from '../../../src/domain/chat/chat-decisions.ts'
import type { Message } from '../../../src/domain/chat/message.ts'
import { edit, erase, post } from '../../../src/domain/chat/message-decisions.ts'
import type { Reaction, ReactionCounts } from '../../../src/domain/chat/reaction.ts'
import { react, unreact } from '../../../src/domain/chat/reaction-decisions.ts'
import type { ChatId, MessageId } from '../../../src/domain/identity.ts'
import { Metadata } from '../../../src/domain/metadata.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { findChat } from '../../changes.ts'
import { anIntent, aNewChat, aText, aTitle, aUser, left, NOON, right } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]

const where = {
  server: fc.constantFrom(0, 1),
  by: fc.constantFrom(ALICE, BOB, CAROL),
  to: fc.integer({ min: 1, max: 3 }),
}
type Where = { readonly server: number; readonly by: User; readonly to: number }
type Step = Where & { readonly kind: string; readonly reaction: Reaction }
const step: fc.Arbitrary<Step> = fc.record({
  ...where,
  kind: fc.constantFrom('send', 'reply', 'react', 'react', 'react', 'unreact', 'edit', 'describe', 'erase', 'rename'),
  reaction: fc.constantFrom(...(['❤', '🎂'] as Reaction[])),
})
/** What is asked for at once, again and again. */
const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 14 }), { minLength: 1, maxLength: 6 })

const metadataOf = (value: object) => value as Metadata

describe('On several servers of one database', () => {
  const hold = releasing()
  let databases: Database[]
  let servers: ReturnType<typeof postgresChats>[]
  let database: Database

  beforeEach(async () => {
    const place = await aDatabase()
    databases = [0, 1].map(() => hold(openDatabase(place), ({ close }) => close()))
    servers = databases.map((each) => postgresChats(each))
    database = databases[0] as Database
  })
  const on = (server: number) => servers[server % 2] as ReturnType<typeof postgresChats>

  const opened = async (metadata = Metadata.NONE): Promise<ChatId> => {
    const members = [{ userId: BOB.id, role: 'moderator' as const }]
    return right(await on(0).add(ALICE, { ...aNewChat(), visibility: 'public', members, metadata })()).done.id
  }
  const rowsOf = async <Row extends object>(sql: string, id: ChatId) => (await database.pool.query<Row>(sql, [id])).rows

  interface Kept {
    readonly id: number
    readonly revision: number
    readonly text: string | null
    readonly metadata: Metadata | null
    readonly replyTo: number | null
    readonly reactions: string | null
  }
  const kept = (id: ChatId) =>
    rowsOf<Kept>(
      `select id::int, revision::int, text, metadata::text, reply_to::int as "replyTo", reactions::text
       from messages where chat_id = $1 order by id`,
      id,
    )
  /** Who reacted how, as the table has it: by message and reaction. */
  const tally = async (id: ChatId) => {
    const rows = await rowsOf<{ message: number; reaction: string; users: number }>(
      'select message_id::int as message, reaction, count(*)::int as users from reactions where chat_id = $1 group by 1, 2',
      id,
    )
    return new Map(rows.map(({ message, reaction, users }) => [`${message} ${reaction}`, users]))
  }
  const counts = (reactions: string | null) => JSON.parse(reactions ?? '[]') as ReactionCounts

  it('the counts in messages are those of who reacted, and of all that is said the last holds', async () => {
    let said = 0
    const property = fc.asyncProperty(rounds, async (all) => {
      const id = await opened()
      const sent: Message[] = []
      const changed: Chat[] = []
      const edited: Message[] = []
      const take = async ({ kind, server, by, to, reaction }: Step) => {
        const chats = on(server)
        const messageId = to as MessageId
        const about = { chatId: id, messageId }
        const text = aText(`said ${++said}`)
        const metadata = metadataOf({ n: said })
        if (kind === 'send' || kind === 'reply') {
          const replyTo = kind === 'reply' ? messageId : undefined
          const intent = said % 2 ? anIntent(by) : undefined
          const draft = { text, replyTo, metadata }
          const answer = await chats.decide(by, { chatId: id, replyTo, intent }, post(by, draft, NOON, intent))()
          if (E.isRight(answer)) sent.push(answer.right.message)
        } else if (kind === 'react')
          await chats.decide(by, { ...about, reaction }, react(by, { messageId, reaction, at: NOON }))()
        else if (kind === 'unreact')
          await chats.decide(by, { ...about, reaction }, unreact(by, { messageId, reaction, at: NOON }))()
        else if (kind === 'erase') await chats.decide(by, about, erase(by, { messageId, at: NOON }))()
        else if (kind === 'edit') {
          const answer = await chats.decide(ANYBODY, about, edit(ANYBODY, { messageId, text, metadata, at: NOON }))()
          if (E.isRight(answer)) edited.push(answer.right.message)
        } else {
          const changes = kind === 'describe' ? { metadata } : { title: aTitle(`title ${said}`) }
          changed.push(right(await chats.decide(ALICE, { chatId: id }, change(ALICE, { ...changes, at: NOON }))()).chat)
        }
      }
      for (const round of all) await Promise.all(round.map(take))

      const rows = await kept(id)
      const users = await tally(id)
      expect(rows.map((row) => row.id)).to.deep.equal(sent.map((_, index) => index + 1))
      for (const row of rows) {
        const first = sent.find((message) => message.id === row.id) as Message
        const last =
          edited.filter((message) => message.id === row.id).toSorted((a, b) => b.revision - a.revision)[0] ?? first
        expect(row.replyTo).to.equal(first.replyTo)
        if (row.text === null) expect(row).to.deep.include({ metadata: null, reactions: null })
        else expect(row).to.deep.include({ text: last.text, metadata: JSON.stringify(last.metadata) })
        for (const { reaction, count } of counts(row.reactions)) {
          expect(users.get(`${row.id} ${reaction}`)).to.equal(count)
          users.delete(`${row.id} ${reaction}`)
        }
      }
      expect([...users], 'reactions that are counted nowhere').to.deep.equal([])
      const chat = right(await findChat(on(1), id))
      const last = changed.toSorted((a, b) => b.revision - a.revision)[0]
      if (last) expect(chat).to.deep.include({ title: last.title, metadata: last.metadata })
      expect(chat.revision).to.be.at.least(Math.max(0, ...rows.map(({ revision }) => revision)))
    })
    await fc.assert(property, { numRuns: 40 })
  })

  /** Once the first server has read what the statement of that name finds, and before it writes, something else happens. */
  const meanwhile = (name: string, happening: () => Promise<unknown>) => {
    const query = database.pool.query.bind(database.pool) as (asked: { readonly name?: string }) => Promise<unknown>
    database.pool.query = (async (asked: { readonly name?: string }) => {
      const found = await query(asked)
      if (asked.name !== name) return found
      Reflect.deleteProperty(database.pool, 'query')
      await happening()
      return found
    }) as never
  }

  it('a reply rests on the message that it answers, which may be deleted while it is sent', async () => {
    const id = await opened()
    const [messageId, replyTo] = [1 as MessageId, 1 as MessageId]
    for (const server of [0, 1])
      right(await on(server).decide(BOB, { chatId: id }, post(BOB, { text: aText() }, NOON))())
    meanwhile('messages-by-id', async () =>
      right(await on(1).decide(BOB, { chatId: id, messageId }, erase(BOB, { messageId, at: NOON }))()),
    )
    const answer = await on(0).decide(BOB, { chatId: id, replyTo }, post(BOB, { text: aText(), replyTo }, NOON))()
    expect(left(answer)).to.deep.equal({ kind: 'ReplyToNotFound', messageId: 1 })
    expect(await kept(id)).to.have.length(2)
  })

  it('a reaction rests on who has reacted, which may change while it is counted', async () => {
    const id = await opened()
    const [messageId, reaction] = [1 as MessageId, '❤' as Reaction]
    const about = { chatId: id, messageId, reaction }
    const add = (server: number, by: User) =>
      on(server).decide(by, about, react(by, { messageId, reaction, at: NOON }))()
    for (const server of [0, 1])
      right(await on(server).decide(BOB, { chatId: id }, post(BOB, { text: aText() }, NOON))())
    for (const other of [BOB, CAROL]) {
      meanwhile('reactions-by-user', async () => right(await add(1, other)))
      right(await add(0, BOB))
      if (other === CAROL) right(await on(0).decide(CAROL, about, unreact(CAROL, { messageId, reaction, at: NOON }))())
      expect(counts((await kept(id))[0]?.reactions ?? null)).to.deep.equal([{ reaction, count: 1 }])
      expect(await tally(id)).to.deep.equal(new Map([[`1 ${reaction}`, 1]]))
    }
    expect(right(await findChat(on(0), id)).revision).to.equal(5)
  })
})
