import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { Client } from 'pg'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { type Acting, acting } from '../../acting.ts'
import { aUser, left, right, upTo } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { statementsOf } from '../../statements.ts'

const [ALICE, BOB, CAROL, MALLORY] = [aUser('alice'), aUser('bob'), aUser('carol'), aUser('mallory')]

describe('Strangers who write to a private chat', () => {
  const hold = releasing()
  let where: Awaited<ReturnType<typeof aDatabase>>
  let database: Database
  let here: Acting
  let there: Acting

  const aServer = () => hold(openDatabase(where), ({ close }) => close())

  beforeEach(async () => {
    where = await aDatabase()
    database = aServer()
    here = acting(postgresChats(database, { queues: 1 }))
    there = acting(postgresChats(aServer()))
  })

  const aHotChat = async () => {
    const chatId = right(await here.open(ALICE, { members: [{ userId: BOB.id, role: 'member' }] })).done.id
    for (const server of [here, there]) for (const caller of [ALICE, BOB]) right(await server.send(caller, chatId))
    return chatId
  }
  const notFound = (chatId: ChatId) => ({ kind: 'ChatNotFound', chatId })

  it('are looked up, and change nothing', async () => {
    const chatId = await aHotChat()
    const seen = await statementsOf(database.pool, async () => {
      expect(left(await here.send(MALLORY, chatId))).to.deep.equal(notFound(chatId))
    })
    expect(seen).to.deep.equal(['members-by-user', 'chats-by-id', 'members-by-user'])
  })

  it('are answered while somebody else holds the row, for which members wait', async () => {
    const chatId = await aHotChat()
    const holder = hold(new Client(where), (client) => client.end())
    await holder.connect()
    await holder.query('begin')
    await holder.query('select from chats where id = $1 for update', [chatId])
    const stranger = acting(postgresChats(aServer()))
    for (const server of [here, stranger])
      expect(left(await server.send(MALLORY, chatId))).to.deep.equal(notFound(chatId))
    expect(left(await stranger.put(MALLORY, chatId, MALLORY.id, 'owner'))).to.deep.equal(notFound(chatId))
    const waiting = here.send(ALICE, chatId)
    await holder.query('commit')
    right(await waiting)
  })

  it('make no send of a member stale, in its group or beside it, however they hammer', async () => {
    const chatId = await aHotChat()
    const { rows } = await database.pool.query<{ revision: number }>('select revision::int from chats where id = $1', [
      chatId,
    ])
    const seen = await statementsOf(database.pool, async () => {
      for (let round = 0; round < 20; round++) {
        const answers = await Promise.all(
          upTo(20).map((n) => (n % 5 === 0 ? here.send(BOB, chatId) : here.send(MALLORY, chatId))),
        )
        expect(answers.filter(E.isRight)).to.have.length(4)
      }
    })
    // One group a round, written once: nothing was decided twice, or on a locked row.
    expect(seen.filter((name) => name.startsWith('group') || name.startsWith('one'))).to.deep.equal(
      upTo(20).map(() => 'group-of-member-sends'),
    )
    // Members are in mind, the stranger is looked up, and once more with the chat as it is now.
    expect(seen.filter((name) => name === 'chats-by-id')).to.have.length(20)
    expect(seen.filter((name) => name === 'members-by-user')).to.have.length(40)
    expect(seen.filter((name) => name === 'chat-locked')).to.have.length(0)
    const after = await database.pool.query<{ revision: number }>('select revision::int from chats where id = $1', [
      chatId,
    ])
    expect(after.rows[0]?.revision).to.equal((rows[0]?.revision ?? 0) + 80)
  })

  it('are strangers no more once they were added, on any server, whatever that has in mind', async () => {
    const chatId = await aHotChat()
    /** Here the chat is in mind as it is now, when it is changed there. */
    const meanwhile = async (change: () => Promise<E.Either<unknown, unknown>>) => {
      right(await here.send(ALICE, chatId))
      right(await change())
    }
    const seen = await statementsOf(database.pool, async () => {
      for (let again = 0; again < 2; again++) {
        expect(left(await here.send(CAROL, chatId))).to.deep.equal(notFound(chatId))
        await meanwhile(() => there.put(ALICE, chatId, CAROL.id, 'reader'))
        expect(left(await here.send(CAROL, chatId))).to.include({ kind: 'Forbidden' })
        await meanwhile(() => there.put(ALICE, chatId, CAROL.id, 'member'))
        right(await here.send(CAROL, chatId))
        await meanwhile(() => there.remove(ALICE, chatId, CAROL.id))
        expect(left(await here.send(CAROL, chatId))).to.deep.equal(notFound(chatId))
      }
      await meanwhile(() => there.show(ALICE, chatId, 'public'))
      right(await here.send(MALLORY, chatId))
    })
    expect(seen, 'no row was locked').to.not.include('chat-locked')
  })
})
