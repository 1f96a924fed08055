import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { Client, type Pool } from 'pg'
import { ANYBODY } from '../../../src/domain/caller.ts'
import type { Chats } from '../../../src/application/ports/chats.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import type { Intent } from '../../../src/domain/intent.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import type { WriteSettings } from '../../../src/infrastructure/postgres/writes/write-queues.ts'
import { aChatId, anIntent, aNewChat, later, left, NOON, right, upTo } from '../../fixtures.ts'
import { editMessage, eraseMessage, failing, findChat, refuse, removeChat, renameChat, send } from '../../changes.ts'
import { aDatabase } from '../../postgres.ts'

describe('Changes that are kept together', () => {
  let where: Awaited<ReturnType<typeof aDatabase>>
  let database: Database
  let admin: Client
  let chats: Chats
  let opened: Database[]
  let sessions: Client[]

  /** Another server on the same database, or the same server with other settings. */
  const aServer = async (settings?: Partial<WriteSettings>) => {
    const database = openDatabase(where)
    opened.push(database)
    return { chats: postgresChats(database, settings), database }
  }

  const aSession = async (database = where.database) => {
    const client = new Client({ ...where, database })
    client.on('error', () => {})
    sessions.push(client)
    await client.connect()
    return client
  }

  beforeEach(async () => {
    where = await aDatabase()
    opened = []
    sessions = []
    admin = await aSession()
    ;({ chats, database } = await aServer({ queues: 1 }))
  })

  afterEach(async () => {
    await Promise.all(sessions.map((client) => client.end().catch(() => {})))
    await Promise.all(opened.map((server) => server.close()))
  })

  const aChat = async (title?: string) => right(await chats.add(ANYBODY, aNewChat(title))()).done.id
  const post = (id: ChatId, text?: string, intent?: Intent) => send(chats, id, text, NOON, intent)

  const stored = async (id: ChatId) => {
    const { rows } = await admin.query<{ id: number; revision: number; text: string }>(
      'select id::int, revision::int, text from messages where chat_id = $1 order by id',
      [id],
    )
    return rows
  }
  const texts = async (id: ChatId) => (await stored(id)).map(({ text }) => text)

  /** What goes to the database while the work runs: the names of prepared statements, and how many chats each bore. */
  const statementsOf = async (pool: Pool, work: () => Promise<unknown>) => {
    const seen: { name: string; chats: number }[] = []
    const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
    pool.query = ((statement: { name: string; values: unknown[] }, ...rest: unknown[]) => {
      seen.push({ name: statement.name, chats: String(statement.values[0]).split(',').length })
      return query(statement, ...rest)
    }) as never
    await work()
    pool.query = query as never
    return seen
  }
  const namesOf = async (work: () => Promise<unknown>) =>
    (await statementsOf(database.pool, work)).map(({ name }) => name)

  /** The process that waits for a lock, as soon as there is one. */
  const waitingBackend = async (query = '%moved%') => {
    for (;;) {
      const { rows } = await admin.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
        [query],
      )
      if (rows[0]) return rows[0].pid
      await delay(2)
    }
  }

  const holding = async (id: ChatId) => {
    const session = await aSession()
    await session.query('begin')
    await session.query('select from chats where id = $1 for update', [id])
    return session
  }

  describe('on a quiet server', () => {
    it('take one statement for a send to a chat that was written lately, with a key too', async () => {
      const id = await aChat()
      expect(await namesOf(() => post(id))).to.deep.equal(['chats-by-id', 'one-send'])
      expect(await namesOf(() => post(id))).to.deep.equal(['one-send'])
      expect(await namesOf(() => Promise.all([post(id), post(id)]))).to.deep.equal(['group-of-sends'])
      expect(await namesOf(() => post(id, 'once', anIntent()))).to.deep.equal(['one-keyed-send'])
      expect(await namesOf(() => renameChat(chats, id, 'new'))).to.deep.equal(['group'])
    })

    it('look no chat up again that they saw lately, of a bounded number', async () => {
      const [one, two] = [await aChat(), await aChat()]
      const { chats: forgetful, database } = await aServer({ queues: 1, recentChats: 1 })
      await send(forgetful, one)
      const seen = await statementsOf(database.pool, async () => {
        for (const id of [one, two, two, one]) right(await send(forgetful, id))
      })
      expect(seen.filter(({ name }) => name === 'chats-by-id')).to.have.length(2)
    })

    it('take one more to see the message they are about', async () => {
      const id = await aChat()
      await post(id)
      expect(await namesOf(() => editMessage(chats, id, 1, 'edited'))).to.deep.equal(['messages-by-id', 'group'])
    })

    it('go together when they come together, at most so many at once', async () => {
      const ids = await Promise.all(upTo(10).map(() => aChat()))
      const { chats: small, database } = await aServer({ queues: 1, groupSize: 4 })
      const sendAll = () => Promise.all(ids.map((id) => send(small, id)))
      await sendAll()
      const groups = await statementsOf(database.pool, sendAll)
      expect(groups.map((group) => group.chats)).to.deep.equal([4, 4, 2])
    })
  })

  describe('with members that fail', () => {
    it('give each its own answer', async () => {
      const [id, other, gone] = [await aChat(), await aChat(), await aChat()]
      await Promise.all([post(id, 'first'), post(other), post(gone)])
      await admin.query('delete from chats where id = $1', [gone])
      const used = anIntent()
      right(await post(id, 'keyed', used))

      const answers = await Promise.allSettled([
        post(id, 'second'),
        post(gone, 'too late'),
        post(aChatId(99_999), 'never was'),
        post(id, 'keyed', used),
        post(id, 'keyed', { ...used, fingerprint: anIntent().fingerprint }),
        refuse(chats, { chatId: id }),
        chats.decide(ANYBODY, { chatId: id }, failing)(),
        eraseMessage(chats, id, 77),
        editMessage(chats, id, 1, 'edited'),
        eraseMessage(chats, other, 1),
        post(other, 'third'),
        post(id, 'new key', anIntent()),
      ])
      const values = answers.map((answer) =>
        answer.status === 'rejected' ? String(answer.reason) : E.toUnion<unknown, unknown>(answer.value),
      )
      expect(values[0]).to.deep.include({ replayed: false })
      expect(values[1]).to.deep.equal({ kind: 'ChatNotFound', chatId: gone })
      expect(values[2]).to.deep.equal({ kind: 'ChatNotFound', chatId: 99_999 })
      expect(values[3]).to.have.property('replayed', true)
      expect(values[3]).to.have.property('message').that.deep.includes({ id: 2, createdAt: NOON, revision: 2 })
      expect(values[4]).to.deep.equal({ kind: 'KeyReused', key: used.key })
      expect(values[5]).to.deep.equal({ kind: 'NotToday' })
      expect(values[6]).to.equal('TypeError: a defect')
      expect(values[7]).to.deep.equal({ kind: 'MessageNotFound', chatId: id, messageId: 77 })
      expect(values[8]).to.have.nested.property('message.text', 'edited')
      expect(values[9]).to.have.nested.property('message.deletedAt')
      expect(values[10]).to.deep.include({ replayed: false })
      expect(values[11]).to.deep.include({ replayed: false })
      expect(await texts(id)).to.deep.equal(['edited', 'keyed', 'second', 'new key'])
      expect(await texts(other)).to.deep.equal([null, 'third'])
    })

    it('keep all but the one that breaks a rule of the tables, and tell that one alone', async () => {
      const [id, other] = [await aChat(), await aChat()]
      const answers = await Promise.allSettled([
        post(id, 'before'),
        post(other, 'elsewhere'),
        post(id, 'x'.repeat(5001)),
        post(id, 'after'),
      ])
      expect(answers.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
      expect(answers[2]).to.have.nested.property('reason.constraint', 'messages_text_check')
      for (const answer of answers) if (answer.status === 'fulfilled') right(answer.value)
      expect(await texts(id)).to.deep.equal(['before', 'after'])
      expect(await texts(other)).to.deep.equal(['elsewhere'])
      right(await post(id, 'later'))
    })

    it('post once for one key that comes twice in a group, and refuse another intention under it', async () => {
      const id = await aChat()
      const intent = anIntent()
      const [first, again, reused] = await Promise.all([
        post(id, 'once', intent),
        post(id, 'once', intent),
        post(id, 'other', { ...intent, fingerprint: anIntent().fingerprint }),
      ])
      expect(right(again)).to.deep.include({ message: right(first).message, replayed: true })
      expect(left(reused)).to.deep.equal({ kind: 'KeyReused', key: intent.key })
      expect(await texts(id)).to.deep.equal(['once'])
    })

    it('find what was done under a key before they refuse, in few statements', async () => {
      const id = await aChat()
      const intent = anIntent()
      const { message } = right(await post(id, 'once', intent))
      const statements = (first: string) => [first, 'chats-by-id', 'messages-by-key', 'group']
      const again = { message, replayed: true }
      expect(
        await namesOf(async () => expect(right(await post(id, 'once', intent))).to.deep.include(again)),
      ).to.deep.equal(statements('one-keyed-send'))
      // A decision may refuse what it takes for new, and has to be asked again.
      const refusingNew = chats.decide(ANYBODY, { chatId: id, intent }, (scene) =>
        scene.done ? E.right({ chat: scene.chat, found: scene.done.result.id }) : E.left('refused'),
      )
      expect(
        await namesOf(async () => expect(right(await refusingNew())).to.have.property('found', message.id)),
      ).to.deep.equal(statements('group'))
    })

    it('change a message again and again, or as soon as it is there', async () => {
      const id = await aChat()
      await post(id, 'one')
      const edit = (text: string, n = 1) => editMessage(chats, id, n, text)
      const answers = await Promise.all([
        edit('two'),
        edit('three'),
        post(id, 'second'),
        edit('changed in the same turn', 2),
        eraseMessage(chats, id, 1),
        edit('too late'),
      ])
      expect(answers.map(({ _tag }) => _tag)).to.deep.equal(['Right', 'Right', 'Right', 'Right', 'Right', 'Left'])
      expect(await stored(id)).to.deep.equal([
        { id: 1, revision: 5, text: null },
        { id: 2, revision: 6, text: 'changed in the same turn' },
      ])
      expect(right(await findChat(chats, id)).revision).to.equal(6)
    })
  })

  describe('on a guess that another server made stale', () => {
    let other: Chats
    let id: ChatId

    beforeEach(async () => {
      other = (await aServer({ queues: 1 })).chats
      id = await aChat('old')
      right(await post(id, 'known'))
    })

    it('are decided again on what is there, after one look', async () => {
      right(await send(other, id, 'theirs'))
      expect(await namesOf(async () => right(await renameChat(chats, id, 'ours')))).to.deep.equal([
        'group',
        'chats-by-id',
        'group',
      ])
      right(await renameChat(other, id, 'theirs'))
      expect(await namesOf(async () => right(await post(id, 'ours')))).to.deep.equal([
        'one-send',
        'chats-by-id',
        'one-send',
      ])
      expect(await texts(id)).to.deep.equal(['known', 'theirs', 'ours'])
    })

    it('take their numbers where the chat is now, without a look, when they are sends', async () => {
      right(await send(other, id, 'theirs'))
      right(await editMessage(other, id, 1, 'edited'))
      const one = await statementsOf(database.pool, async () => right(await post(id, 'ours', anIntent())))
      right(await send(other, id, 'theirs again'))
      const several = await statementsOf(database.pool, () =>
        Promise.all([post(id, 'first'), post(id, 'second', anIntent()), post(id, 'third')]),
      )
      expect([...one, ...several].map(({ name }) => name)).to.deep.equal(['one-keyed-send', 'group-of-keyed-sends'])
      expect(await texts(id)).to.deep.equal(['edited', 'theirs', 'ours', 'theirs again', 'first', 'second', 'third'])
    })

    it('refuse nothing for it', async () => {
      right(await renameChat(other, id, 'theirs'))
      right(await renameChat(chats, id, 'ours', NOON, [2]))
      right(await renameChat(other, id, 'theirs'))
      expect(left(await renameChat(chats, id, 'ours', NOON, [3]))).to.deep.equal({ kind: 'Stale', current: 4 })
    })

    it('take no change for done because of it', async () => {
      right(await renameChat(other, id, 'theirs'))
      const { chat } = right(await renameChat(chats, id, 'old'))
      expect(chat).to.include({ title: 'old', revision: 3 })
      expect(right(await findChat(chats, id))).to.deep.equal(chat)
    })

    it('find a key that was used there, and no chat that was removed there', async () => {
      const intent = anIntent()
      const { message } = right(await send(other, id, 'once', NOON, intent))
      expect(right(await post(id, 'once', intent))).to.deep.include({ message, replayed: true })
      right(await removeChat(other, id))
      const answers: Promise<E.Either<unknown, unknown>>[] = [
        post(id),
        refuse(chats, { chatId: id }),
        eraseMessage(chats, id, 1),
      ]
      for (const answer of answers) expect(left(await answer)).to.deep.equal({ kind: 'ChatNotFound', chatId: id })
    })

    it('find a message as it was changed there', async () => {
      right(await editMessage(other, id, 1, 'theirs', later(1), [1]))
      right(await editMessage(chats, id, 1, 'ours', later(1), [2]))
      expect(await texts(id)).to.deep.equal(['ours'])
    })
  })

  describe('while somebody else holds a chat', () => {
    let held: ChatId
    let free: ChatId

    beforeEach(async () => {
      ;[held, free] = [await aChat(), await aChat()]
      await Promise.all([post(held, 'before'), post(free, 'before')])
    })

    it('wait a moment for it together, then its own members alone', async () => {
      const session = await holding(held)
      const waiting = post(held, 'held')
      const startedAt = performance.now()
      right(await post(free, 'free'))
      right(await post(free, 'free again'))
      expect(performance.now() - startedAt).to.be.below(1500)
      expect(await texts(held)).to.deep.equal(['before'])
      await session.query('commit')
      right(await waiting)
      expect(await texts(held)).to.deep.equal(['before', 'held'])
    })

    it('are all told to come back when it takes too long, and keep nothing', async () => {
      const session = await holding(held)
      const answers = await Promise.all([post(held, 'one'), post(free, 'free'), post(held, 'two')])
      expect(answers.map((answer) => E.isLeft(answer) && answer.left.kind)).to.deep.equal([
        'Unavailable',
        false,
        'Unavailable',
      ])
      await session.query('commit')
      expect(await texts(held)).to.deep.equal(['before'])
      right(await post(held, 'after'))
    })

    it('are told to come back when their turn does not come in time', async () => {
      const impatient = (await aServer({ queues: 1, groupSize: 1, patience: 150 })).chats
      right(await send(impatient, free))
      const session = await holding(held)
      const [, late] = [send(impatient, held, 'held'), send(impatient, free, 'late')]
      expect(left(await late)).to.have.property('kind', 'Unavailable')
      await session.query('commit')
      right(await send(impatient, free, 'in time'))
      expect(await texts(free)).to.deep.equal(['before', 'hello', 'in time'])
    })

    it('are told to come back when their connection dies, and keep nothing', async () => {
      const session = await holding(held)
      const group = [post(held, 'lost'), post(free, 'lost too'), post(held, 'with a key', anIntent())]
      await admin.query('select pg_terminate_backend($1)', [await waitingBackend()])
      for (const answer of await Promise.all(group)) expect(left(answer)).to.have.property('kind', 'Unavailable')
      await session.query('commit')
      expect(await texts(held)).to.deep.equal(['before'])
      expect(await texts(free)).to.deep.equal(['before'])
      right(await post(held, 'after'))
      right(await post(free, 'after'))
    })

    it('lose a deadlock with another server’s transaction, and are kept after it', async () => {
      // The one whose patience ends first finds the deadlock and loses.
      await admin.query(`alter database ${where.database} set deadlock_timeout = '100ms'`)
      const server = await aServer({ queues: 1 })
      const sendThere = (id: ChatId, text: string) => send(server.chats, id, text)
      await Promise.all([sendThere(free, 'warm'), sendThere(held, 'warm')])

      const [first, second] = [held, free].sort((a, b) => a - b) as [ChatId, ChatId]
      const session = await holding(second)
      await session.query(`set deadlock_timeout = '10s'`)
      const group = [sendThere(first, 'first'), sendThere(second, 'second')]
      await waitingBackend()
      await session.query(`update chats set title = 'theirs', revision = revision + 1 where id = $1`, [first])
      await session.query('commit')
      for (const answer of await Promise.all(group)) right(answer)
      const deadlocks = 'select deadlocks::int from pg_stat_database where datname = current_database()'
      expect((await admin.query(deadlocks)).rows).to.deep.equal([{ deadlocks: 1 }])
      expect(await texts(first)).to.deep.equal(['before', 'warm', 'first'])
      expect(await texts(second)).to.deep.equal(['before', 'warm', 'second'])
      expect(right(await findChat(chats, first))).to.include({ title: 'theirs', revision: 4 })
    })
  })

  it('are not done twice when the answer to a commit is lost', async () => {
    const [id, other] = [await aChat(), await aChat()]
    await Promise.all([post(id, 'before'), post(other, 'before')])
    const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>
    database.pool.query = async (...args: unknown[]) => {
      await query(...args)
      throw new Error('Connection terminated unexpectedly')
    }
    const intent = anIntent()
    const answers = await Promise.all([post(id, 'perhaps'), post(other, 'once', intent)])
    database.pool.query = query as never
    for (const answer of answers) expect(left(answer)).to.have.property('kind', 'Unavailable')
    expect(right(await post(other, 'once', intent)).replayed).to.equal(true)
    expect(await texts(id)).to.deep.equal(['before', 'perhaps'])
    expect(await texts(other)).to.deep.equal(['before', 'once'])
  })

  it('wait for a removal under way in the same server, and hold up nobody else', async () => {
    const [going, stays] = [await aChat(), await aChat()]
    await Promise.all([post(going), post(stays)])
    const session = await holding(going)
    const removal = removeChat(chats, going)
    await waitingBackend('%for update')
    let late: ReturnType<typeof post> | undefined
    const seen = await statementsOf(database.pool, async () => {
      late = post(going, 'too late')
      right(await post(stays, 'free'))
    })
    expect(seen, 'nothing was sent for the chat that is held').to.deep.equal([{ name: 'one-send', chats: 1 }])
    await session.query('commit')
    right(await removal)
    expect(left(await late!)).to.deep.equal({ kind: 'ChatNotFound', chatId: going })
  })

  describe('by two servers on one database', () => {
    const WRITERS = 24
    const ROUNDS = 15

    for (const count of [1, 12])
      it(`number what they post into ${count === 1 ? 'one chat' : 'many chats'} without gap or double`, async () => {
        const servers = [chats, (await aServer()).chats]
        const ids = await Promise.all(upTo(count).map(() => aChat()))
        const replays: boolean[] = []
        await Promise.all(
          upTo(WRITERS).map(async (writer) => {
            for (const round of upTo(ROUNDS)) {
              const [ours, theirs] = writer % 2 ? [servers[0]!, servers[1]!] : [servers[1]!, servers[0]!]
              const id = ids[(writer * 7 + round) % count]!
              const text = `${round} of ${writer}`
              const intent = round % 3 === 0 ? anIntent() : undefined
              const { message } = right(await send(ours, id, text, NOON, intent))
              if (intent) replays.push(right(await send(theirs, id, text, NOON, intent)).replayed)
              if (round % 5 === 0) right(await editMessage(theirs, id, message.id, `${text}!`))
            }
          }),
        )
        expect(replays).to.deep.equal(replays.map(() => true))
        const all: string[] = []
        for (const id of ids) {
          const rows = await stored(id)
          expect(rows.map((row) => row.id)).to.deep.equal(upTo(rows.length))
          const edits = rows.filter(({ text }) => text.endsWith('!')).length
          expect(right(await findChat(chats, id))).to.include({
            lastMessageId: rows.length,
            revision: rows.length + edits,
          })
          all.push(...rows.map(({ text }) => text))
        }
        const expected = upTo(WRITERS).flatMap((writer) =>
          upTo(ROUNDS).map((round) => `${round} of ${writer}${round % 5 === 0 ? '!' : ''}`),
        )
        expect(all.toSorted()).to.deep.equal(expected.toSorted())
      })
  })

  it('say so when there is no database, and go on when it is back', async () => {
    const id = await aChat()
    right(await post(id, 'before'))
    await database.pool.query('select 1')
    const outside = await aSession('postgres')
    const acceptConnections = (how: boolean) =>
      outside.query(`alter database ${where.database} allow_connections ${how}`)
    await acceptConnections(false)
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    const refusals = await Promise.all(upTo(5).map(async (n) => left(await post(id, `meanwhile ${n}`))))
    expect(refusals.map(({ kind }) => kind)).to.deep.equal(Array(5).fill('Unavailable'))
    await acceptConnections(true)
    right(await post(id, 'back'))
    expect(await texts(id)).to.deep.equal(['before', 'back'])
  })
})
