import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import { ANYBODY, type Caller } from '../../../src/domain/caller.ts'
import type { MarkerDecision } from '../../../src/domain/chat/reading.ts'
import { moveMarker } from '../../../src/domain/chat/reading.ts'
import type { ChatId, MessagePosition } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresMarkers } from '../../../src/infrastructure/postgres/markers.ts'
import { acting } from '../../acting.ts'
import { aUser, left, right, upTo } from '../../fixtures.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { statementsOf } from '../../statements.ts'
import { until } from '../../until.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]

describe('Markers', () => {
  const hold = releasing()
  let where: Awaited<ReturnType<typeof aDatabase>>
  let database: Database

  const aServer = () => {
    const database = hold(openDatabase(where), ({ close }) => close())
    const markers = postgresMarkers(database.pool)
    const move = (caller: Caller, chatId: ChatId, message: number, forward = false) => {
      const move = { userId: BOB.id, messageId: message as MessagePosition, forward }
      return markers.decide(caller, { chatId, userId: BOB.id }, moveMarker(caller, move))()
    }
    return { database, move, ...acting(postgresChats(database, { queues: 1 })) }
  }
  let [here, there] = [] as unknown as [ReturnType<typeof aServer>, ReturnType<typeof aServer>]

  beforeEach(async () => {
    where = await aDatabase()
    ;[here, there] = [aServer(), aServer()]
    database = here.database
  })

  const aChat = async (messages = 0) => {
    const members = [{ userId: BOB.id, role: 'member' as const }]
    const chatId = right(await here.open(ALICE, { visibility: 'public', members })).done.id
    for (const _ of upTo(messages)) right(await here.send(ALICE, chatId))
    return chatId
  }
  const one = async <A extends object>(sql: string, ...values: unknown[]): Promise<A> =>
    (await database.pool.query<A>(sql, values)).rows[0] as A
  const markerOf = async (chatId: ChatId, user = BOB) =>
    (
      await one<{ marker: number }>(
        'select read_message_id::int as marker from members where chat_id = $1 and user_id = $2',
        chatId,
        user.id,
      )
    ).marker

  /** A session that holds what the statement locks, until it commits. */
  const holding = async (sql: string, ...values: unknown[]) => {
    const session = hold(await database.pool.connect(), (session) => session.release(true))
    await session.query('begin')
    await session.query(sql, values)
    return session
  }
  const isWaitedFor = async () =>
    (
      await one<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
    ).n > 0

  it('take one statement to be looked at, two to be moved, and none more to stay where they are', async () => {
    const chatId = await aChat(3)
    const names = (messageId: number, forward?: boolean) =>
      statementsOf(database.pool, async () => right(await here.move(BOB, chatId, messageId, forward)))
    expect(await names(2)).to.deep.equal(['marker', 'move-marker'])
    expect(await names(2)).to.deep.equal(['marker'])
    expect(await names(1, true)).to.deep.equal(['marker'])
  })

  it('move with the statement that sends, and sends of nobody and of strangers know nothing of them', async () => {
    const chatId = await aChat()
    const names = (...callers: readonly Caller[]) =>
      statementsOf(database.pool, () =>
        Promise.all(callers.map(async (caller) => right(await here.send(caller, chatId)))),
      )
    await names(ALICE, BOB, CAROL)
    expect(await names(BOB)).to.deep.equal(['one-member-send'])
    expect(await names(BOB, ALICE, BOB)).to.deep.equal(['group-of-member-sends'])
    expect(await names(BOB, ANYBODY)).to.deep.equal(['group-of-member-sends'])
    expect(await names(ANYBODY)).to.deep.equal(['one-send'])
    expect(await names(ANYBODY, ANYBODY)).to.deep.equal(['group-of-sends'])
    // Nothing is remembered of whoever never was a member.
    expect(await names(CAROL)).to.deep.equal(['members-by-user', 'one-send'])
    expect(await names(CAROL, ANYBODY)).to.deep.equal(['members-by-user', 'group-of-sends'])
  })

  it('and memberships are not changed in one statement, whichever of them comes first', async () => {
    const chatId = await aChat()
    const writes = async (...works: readonly (() => Promise<E.Either<unknown, unknown>>)[]) => {
      const seen = await statementsOf(database.pool, () => Promise.all(works.map(async (work) => right(await work()))))
      return seen.filter((name) => /^(one|group|chat-locked)/.test(name))
    }
    const send = () => here.send(BOB, chatId)
    const promote = () => here.put(ALICE, chatId, BOB.id, 'moderator')
    const demote = () => here.put(ALICE, chatId, BOB.id, 'member')
    await send()
    expect(await writes(send, promote)).to.deep.equal(['one-member-send', 'group'])
    expect(await writes(demote, send)).to.deep.equal(['group', 'one-member-send'])
    // The marker of another goes along with the membership.
    expect(await writes(promote, () => here.send(ALICE, chatId))).to.deep.equal(['group-and-markers'])
    expect(await markerOf(chatId)).to.equal(3)
    expect(await markerOf(chatId, ALICE)).to.equal(4)
  })

  it('are written beside their old rows, and no index is', async () => {
    const chatId = await aChat(50)
    await database.pool.query('vacuum members')
    const seen = () =>
      one<{ updated: number; hot: number }>(
        `select n_tup_upd::int as updated, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'members'`,
      )
    const before = await seen()
    for (const n of upTo(50)) right(await here.move(BOB, chatId, n))
    for (const _ of upTo(50)) right(await here.send(BOB, chatId))
    await until(async () => {
      for (const _ of upTo(10))
        await Promise.all(upTo(10).map(() => database.pool.query('select pg_stat_force_next_flush()')))
      return (await seen()).updated >= before.updated + 100
    })
    const after = await seen()
    expect(after.hot - before.hot).to.equal(after.updated - before.updated)
  })

  it('are told by the clock of the database, as every change of a chat is by the chat’s own row', async () => {
    const chatId = await aChat(1)
    const told = async (work: () => Promise<E.Either<unknown, unknown>>) => {
      await database.pool.query(`update chats set touched_at = 'epoch'`)
      await database.pool.query(`update members set marked_at = 'epoch'`)
      right(await work())
      return one(`
        select c.touched_at > now() - interval '1 minute' as chat, u.marked_at > now() - interval '1 minute' as marker
        from chats c join members u on u.chat_id = c.id and u.user_id = 'bob'`)
    }
    const together =
      (...works: readonly (() => Promise<E.Either<unknown, unknown>>)[]) =>
      async () => {
        const answers = await Promise.all(works.map((work) => work()))
        return answers.find(E.isLeft) ?? E.right(undefined)
      }
    const [send, sendOfNobody] = [() => here.send(BOB, chatId), () => here.send(ANYBODY, chatId)]
    const changes = [
      send,
      sendOfNobody,
      together(send, send),
      together(sendOfNobody, sendOfNobody),
      () => here.edit(ALICE, chatId, 1, 'edited'),
      together(send, () => here.rename(ALICE, chatId, 'renamed')),
      () => here.put(ALICE, chatId, BOB.id, 'moderator'),
      () => here.erase(ALICE, chatId, 1),
    ]
    for (const change of changes) expect(await told(change)).to.deep.equal({ chat: true, marker: false })
    expect(await told(() => here.move(BOB, chatId, 0))).to.deep.equal({ chat: false, marker: true })
    expect(await told(() => here.move(BOB, chatId, 0))).to.deep.equal({ chat: false, marker: false })
  })

  it('never go back when two servers move them forward at once', async () => {
    const chatId = await aChat(60)
    let done = false
    const seen: number[] = []
    const watch = async () => {
      while (!done) seen.push(await markerOf(chatId))
    }
    const watching = watch()
    const answers = await Promise.all(
      upTo(60).map((n) => (n % 2 ? here : there).move(n % 3 ? BOB : ANYBODY, chatId, ((n * 7) % 60) + 1, true)),
    )
    done = true
    await watching
    for (const answer of answers) right(answer)
    expect(seen).to.deep.equal(seen.toSorted((a, b) => a - b))
    expect(await markerOf(chatId)).to.equal(60)
  })

  it('are moved as often as is asked, however many move one at once', async () => {
    const chatId = await aChat()
    await Promise.all(upTo(400).map(async () => right(await here.send(ALICE, chatId))))
    const answers = await Promise.all(upTo(400).map((n) => here.move(BOB, chatId, n)))
    expect(answers.filter(E.isLeft)).to.deep.equal([])
  })

  it('are seen where their user’s message is seen, on whichever servers it sends, and nobody meets another crosswise', async () => {
    // Sooner than a group would give up on a lock.
    await adminOf(where, `alter database ${where.database} set deadlock_timeout = '100ms'`)
    const servers = [aServer(), aServer()] as const
    const [chatId, other] = [await aChat(), await aChat()]
    let done = false
    const apart: unknown[] = []
    const watch = async () => {
      while (!done) {
        const seen = await one<{ marker: number; last: number }>(
          `select u.read_message_id::int as marker,
             (select coalesce(max(id), 0)::int from messages m where m.chat_id = u.chat_id and m.author = u.user_id) as last
           from members u where u.chat_id = $1 and u.user_id = $2`,
          chatId,
          BOB.id,
        )
        if (seen.marker !== seen.last) apart.push(seen)
      }
    }
    const watching = watch()
    await Promise.all(
      upTo(16).map(async (n) => {
        const server = servers[n % 2 ? 0 : 1]
        for (const round of upTo(20)) {
          const [one, two] = round % 2 ? [chatId, other] : [other, chatId]
          const sends = await Promise.all([
            server.send(BOB, one),
            server.send(n % 3 ? BOB : ALICE, two),
            server.send(CAROL, one),
          ])
          for (const answer of sends) right(answer)
          if (n % 4 === 0) right(await server.move(BOB, other, 0))
        }
      }),
    )
    done = true
    await watching
    expect(apart).to.deep.equal([])
    const deadlocks = 'select deadlocks::int from pg_stat_database where datname = current_database()'
    expect(await one(deadlocks)).to.deep.equal({ deadlocks: 0 })
  })

  it('rest on the membership that they were decided on, and are decided again when that was changed', async () => {
    const chatId = await aChat(3)
    const changing = async (change: string) => {
      const session = await holding(`update members set ${change} where chat_id = $1 and user_id = 'bob'`, chatId)
      const moving = here.move(BOB, chatId, 2)
      await until(isWaitedFor)
      await session.query('commit')
      return moving
    }
    expect(right(await changing('read_message_id = 3')).reading).to.include({ readMessageId: 2, unread: 1 })
    right(await here.move(BOB, chatId, 3))
    let runs = 0
    const counted: MarkerDecision<never> = () => {
      runs += 1
      return E.right(1 as MessagePosition)
    }
    const session = await holding(`update members set revision = 1 where chat_id = $1 and user_id = 'bob'`, chatId)
    const deciding = postgresMarkers(database.pool).decide(BOB, { chatId, userId: BOB.id }, counted)()
    await until(isWaitedFor)
    await session.query('commit')
    expect(right(await deciding).reading).to.include({ readMessageId: 1, unread: 2 })
    expect(runs).to.equal(2)
    expect(left(await changing(`removed_at = now(), removed_by = 'bob'`))).to.include({ kind: 'MemberNotFound' })
    expect(await markerOf(chatId), 'nothing was moved of who was gone').to.equal(1)
  })

  it('are given up when they are moved whenever they were looked at', async () => {
    const chatId = await aChat(3)
    let moves = 0
    const { pool } = database
    const neverMoving = {
      query: async (asked: { name: string }) => {
        if (asked.name !== 'move-marker') return pool.query(asked as never)
        moves += 1
        return { rows: [] }
      },
    } as unknown as Pool
    const move = { userId: BOB.id, messageId: 2 as MessagePosition, forward: false }
    const moving = postgresMarkers(neverMoving).decide(BOB, { chatId, userId: BOB.id }, moveMarker(BOB, move))
    expect(left(await moving())).to.include({ kind: 'Unavailable' })
    expect(moves).to.be.within(2, 100)
    right(await here.move(BOB, chatId, 2))
  })

  it('that somebody holds hold up sends of that member alone, and no other chat', async () => {
    const [held, free] = [await aChat(1), await aChat(1)]
    right(await here.send(BOB, held))
    right(await here.send(BOB, free))
    const session = await holding(`select from members where chat_id = $1 and user_id = 'bob' for update`, held)
    const waiting = here.send(BOB, held)
    await until(isWaitedFor)
    for (const _ of upTo(5)) right(await here.send(BOB, free))
    await session.query('commit')
    right(await waiting)
    expect(await markerOf(held)).to.equal(3)
  })
})
