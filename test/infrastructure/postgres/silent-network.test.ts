import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY } from '../../../src/domain/caller.ts'
import type { Chats } from '../../../src/application/ports/chats.ts'
import type { Journal } from '../../../src/application/ports/journal.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresJournal } from '../../../src/infrastructure/postgres/journal.ts'
import { bellOn } from '../../bells.ts'
import { editMessage, removeChat, renameChat, send } from '../../changes.ts'
import { aChatId, anIntent, aNewChat, right, upTo } from '../../fixtures.ts'
import { aNetwork, type Network } from '../../network.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { until } from '../../until.ts'

/** Milliseconds: 2.5 s and 1 s, and some for a busy machine. */
const IN_TIME_MS = 2500 + 400
const RECOVERY_MS = 1000 + 400

describe('A network that falls silent', () => {
  let where: Awaited<ReturnType<typeof aDatabase>>
  let network: Network
  let database: Database
  let chats: Chats
  let journal: Journal
  let ids: readonly ChatId[]

  const connected = async (kind: 'TCP' | 'a Unix socket') => {
    where = await aDatabase()
    network = await aNetwork(kind, where)
    database = openDatabase({ ...where, host: network.host, port: network.port })
    chats = postgresChats(database)
    journal = postgresJournal(database.pool)
    const opened = await Promise.all(upTo(6).map(() => chats.add(ANYBODY, aNewChat())()))
    ids = opened.map((added) => right(added).done.id)
    for (const id of ids) right(await send(chats, id))
    // As many connections as there may be, all of them idle.
    await Promise.all(upTo(10).map(() => database.pool.query('select pg_sleep(0.05)')))
    expect(database.pool.idleCount).to.equal(10)
  }

  afterEach(async () => {
    await network.close()
    await database.close()
    // PostgreSQL has not heard that anybody went.
    await adminOf(
      where,
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
  })

  const timed = async (work: Promise<E.Either<unknown, unknown>>) => {
    const since = performance.now()
    const answer = await work
    return {
      answer: E.isRight(answer) ? 'done' : (answer.left as { kind: string }).kind,
      ms: performance.now() - since,
    }
  }

  /** One of everything that may be asked for. */
  const everything = () => {
    const [first, second, third] = ids as [ChatId, ChatId, ChatId]
    return [
      chats.add(ANYBODY, aNewChat())(),
      chats.add(ANYBODY, aNewChat(), anIntent())(),
      send(chats, first),
      send(chats, second, 'once', undefined, anIntent()),
      editMessage(chats, third, 1, 'edited'),
      renameChat(chats, first, `${Math.random()}`),
      removeChat(chats, aChatId(999_999)),
      chats.list(ANYBODY, { limit: 5 })(),
      chats.messages(ANYBODY, first, { limit: 5 })(),
      chats.messages(ANYBODY, first, { limit: 5, after: 0 as never })(),
      chats.findMessage(ANYBODY, second, 1 as never)(),
      journal.since(first, 0 as never, 10)(),
      journal.revisions(ids)(),
    ].map(timed)
  }

  for (const kind of ['TCP', 'a Unix socket'] as const)
    for (const [what, state] of [
      ['stalls', 'stalls'],
      ['loses its connections', 'loses'],
    ] as const)
      it(`and ${what}, over ${kind}, costs nobody more than 2.5 s, and is forgotten a second after it speaks again`, async () => {
        await connected(kind)
        network.is(state)
        const asked: ReturnType<typeof timed>[] = []
        const since = performance.now()
        while (performance.now() - since < 3500) {
          asked.push(...everything())
          await sleep(250)
        }
        network.is('passes')
        const back = performance.now()
        for (;;) {
          const answers = await Promise.all(everything())
          if (answers.every(({ answer }) => answer === 'done' || answer === 'ChatNotFound')) break
          await sleep(20)
        }
        expect(performance.now() - back, 'ms until everything is done again').to.be.below(RECOVERY_MS)
        const answers = await Promise.all(asked)
        expect(Math.max(...answers.map(({ ms }) => ms)), 'ms until an answer').to.be.below(IN_TIME_MS)
        expect(answers[0]?.answer).to.equal('Unavailable')
      })

  it('is met once: every idle connection is dropped with the first that did not answer', async () => {
    await connected('TCP')
    network.is('loses')
    const [first] = await Promise.all([timed(send(chats, ids[0]!)), sleep(100)])
    expect(first.answer).to.equal('Unavailable')
    await until(() => database.pool.totalCount === 0)
    network.is('passes')
    const next = await timed(send(chats, ids[1]!))
    expect(next.answer).to.equal('done')
    expect(next.ms).to.be.below(500)
  })

  it('is noticed by who listens, and nothing that rings after that is missed', async () => {
    await connected('TCP')
    const bell = bellOn(database, undefined, 100)
    const heard: (ChatId | undefined)[] = []
    bell.listen((id) => heard.push(id))
    await until(() => heard.includes(undefined))
    network.is('loses')
    await sleep(50)
    network.is('passes')
    await adminOf(where, `select pg_notify('messenger_changes', '7')`)
    heard.length = 0
    await until(() => heard.includes(undefined))
    await adminOf(where, `select pg_notify('messenger_changes', '8')`)
    await until(() => heard.includes(aChatId(8)))
    await bell.close()
  })

  it('holds up no end', async () => {
    await connected('TCP')
    const bell = bellOn(database)
    await sleep(100)
    network.is('loses')
    const { ms } = await timed(bell.close().then(() => E.right('closed')))
    expect(ms).to.be.below(1000)
  })
})

describe('A server without a connection left', () => {
  it('costs nobody more than 2.5 s, and is forgotten when it has some again', async () => {
    const where = await aDatabase()
    await adminOf(
      where,
      `do $$ begin create role messenger_test_crowd login; exception when duplicate_object then null; end $$;
       alter role messenger_test_crowd connection limit 1;
       grant select, insert, update, delete on all tables in schema public to messenger_test_crowd;
       grant usage on all sequences in schema public to messenger_test_crowd`,
    )
    const other = openDatabase({ ...where, user: 'messenger_test_crowd' })
    const held = await other.pool.connect()
    const database = openDatabase({ ...where, user: 'messenger_test_crowd' })
    const chats = postgresChats(database)
    for (let n = 0; n < 3; n++) {
      const since = performance.now()
      const answers = await Promise.all(
        upTo(20).map((n) => (n % 2 ? chats.list(ANYBODY, { limit: 1 })() : chats.add(ANYBODY, aNewChat())())),
      )
      expect(answers.every(E.isLeft)).to.equal(true)
      expect(performance.now() - since).to.be.below(IN_TIME_MS)
    }
    held.release(true)
    await until(async () => E.isRight(await chats.add(ANYBODY, aNewChat())()))
    await Promise.all([database.close(), other.close()])
  })
})
