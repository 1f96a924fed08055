import { expect } from 'chai'
import { Client, type Pool } from 'pg'
import { ANYBODY } from '../../../src/domain/caller.ts'
import type { Chats } from '../../../src/application/ports/chats.ts'
import type { MessagePage, MessageSelection } from '../../../src/application/ports/page.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { type PageCacheSettings, postgresPages } from '../../../src/infrastructure/postgres/reads/pages.ts'
import { aChatId, aMessageId, aNewChat, aPosition, right, upTo } from '../../fixtures.ts'
import { editMessage, eraseMessage, removeChat, renameChat, send } from '../../changes.ts'
import { aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

describe('Pages that are read together', () => {
  let where: Awaited<ReturnType<typeof aDatabase>>
  const hold = releasing()
  let database: Database
  /** Another server's. */
  let chats: Chats

  const aServer = async () => {
    return hold(openDatabase(where), ({ close }) => close())
  }

  beforeEach(async () => {
    where = await aDatabase()
    database = await aServer()
    chats = postgresChats(await aServer())
  })

  const withClient = async (work: (client: Client) => Promise<unknown>) => {
    const client = new Client(where)
    try {
      await client.connect()
      await work(client)
    } finally {
      await client.end()
    }
  }

  const post = async (id: ChatId, text: string) => right(await send(chats, id, text)).message
  const aChat = async (messages: number) => {
    const { id } = right(await chats.add(ANYBODY, aNewChat())()).done
    for (const number of upTo(messages)) await post(id, `Message ${number}`)
    return id
  }
  const texts = (page: MessagePage | undefined) => page?.entries.map(({ text }) => text)
  const last = (limit: number) => ({ limit }) satisfies MessageSelection

  /** How often PostgreSQL was asked, and for how many pages it had to read messages. */
  const counted = (pool: Pool) => {
    const asked = { statements: 0, pages: 0 }
    const query = async (statement: { values: string[] }) => {
      asked.statements += 1
      const answer = await pool.query<unknown[]>(statement as never)
      asked.pages += answer.rows.filter(([, json]) => json !== null).length
      return answer
    }
    return { pool: { query, on: pool.on.bind(pool) } as unknown as Pool, asked }
  }

  const pagesOf = (memory?: PageCacheSettings) => {
    const { pool, asked } = counted(database.pool)
    return { pages: postgresPages(pool, memory), asked }
  }

  it('gives everybody the page they asked for, in few statements', async () => {
    const ids = [await aChat(5), await aChat(1), await aChat(0)]
    const { pages, asked } = pagesOf()
    const selections = [last(2), last(10), { limit: 2, before: aMessageId(3) }, { limit: 1, after: 1 as never }]
    const wanted = upTo(10).flatMap(() => [...ids, aChatId(999)].flatMap((id) => selections.map((s) => ({ id, s }))))
    const found = await Promise.all(wanted.map(({ id, s }) => pages(ANYBODY, id, s)))
    expect(asked.statements).to.be.at.most(6)
    for (const [index, { id, s }] of wanted.entries()) {
      const alone = await chats.messages(ANYBODY, id, s)()
      expect(found[index]).to.deep.equal(alone._tag === 'Right' ? alone.right : undefined)
    }
  })

  it('reads a page again only when its chat changed, whoever changed it', async () => {
    const id = await aChat(2)
    const { pages, asked } = pagesOf()
    const changes: [() => Promise<unknown>, string[]][] = [
      [() => Promise.resolve(), ['Message 2', 'Message 1']],
      [() => post(id, 'Message 3'), ['Message 3', 'Message 2']],
      [() => editMessage(chats, id, 3, 'Edited'), ['Edited', 'Message 2']],
      [() => eraseMessage(chats, id, 2), ['Edited', 'Message 1']],
    ]
    await pages(ANYBODY, id, last(2))
    for (const [number, [change, expected]] of changes.entries()) {
      await change()
      const page = await pages(ANYBODY, id, last(2))
      expect(texts(page)).to.deep.equal(expected)
      expect(await pages(ANYBODY, id, last(2)), 'the same page').to.equal(page)
      expect(asked.pages).to.equal(number + 2)
    }
    await renameChat(chats, id, 'Renamed')
    expect((await pages(ANYBODY, id, last(2)))?.chat.title).to.equal('Renamed')
    await removeChat(chats, id)
    expect(await pages(ANYBODY, id, last(2))).to.equal(undefined)
  })

  it('knows a page from the second time on that it was asked for, and holds on to none that is asked for once', async () => {
    const id = await aChat(3)
    const { pages, asked } = pagesOf()
    const first = await pages(ANYBODY, id, last(2))
    const second = await pages(ANYBODY, id, last(2))
    expect([second === first, asked.pages]).to.deep.equal([false, 2])
    expect(second).to.deep.equal(first)
    expect([(await pages(ANYBODY, id, last(2))) === second, asked.pages]).to.deep.equal([true, 2])
  })

  it('tells pages apart by what was asked for', async () => {
    const id = await aChat(4)
    const { pages } = pagesOf()
    for (let again = 0; again < 2; again++) {
      expect(texts(await pages(ANYBODY, id, last(1)))).to.deep.equal(['Message 4'])
      expect(texts(await pages(ANYBODY, id, { limit: 1, before: aMessageId(3) }))).to.deep.equal(['Message 2'])
      expect(texts(await pages(ANYBODY, id, { limit: 1, after: 2 as never }))).to.deep.equal(['Message 3'])
      for (const [from, text] of [
        [undefined, 'Message 3'],
        ['newest', 'Message 3'],
        ['oldest', 'Message 1'],
      ] as const) {
        const between = { limit: 1, before: aMessageId(4), after: aPosition(0), from }
        expect(texts(await pages(ANYBODY, id, between)), from).to.deep.equal([text])
      }
    }
  })

  const meddle = (text: string) => withClient((client) => client.query('update messages set text = $1', [text]))

  it('knows no page for longer than it is told to', async () => {
    const id = await aChat(1)
    const { pages } = pagesOf({ bytes: 1_000_000, milliseconds: 0 })
    for (const _ of upTo(2)) await pages(ANYBODY, id, last(1))
    await meddle('By hand')
    expect(texts(await pages(ANYBODY, id, last(1)))).to.deep.equal(['By hand'])
  })

  it('knows no more pages than it has room for', async () => {
    const ids = await Promise.all(upTo(3).map(() => aChat(1)))
    const { pages, asked } = pagesOf({ bytes: 2400, milliseconds: 60_000 })
    for (const id of [...ids, ...ids]) await pages(ANYBODY, id, last(1))
    asked.pages = 3
    await pages(ANYBODY, ids[2] as ChatId, last(1))
    await pages(ANYBODY, ids[1] as ChatId, last(1))
    expect(asked.pages).to.equal(3)
    await pages(ANYBODY, ids[0] as ChatId, last(1))
    expect(asked.pages).to.equal(4)
  })

  it('knows nothing of a database that was put back, which takes the connections along', async () => {
    const id = await aChat(1)
    const { pages } = pagesOf()
    for (const _ of upTo(3)) expect(texts(await pages(ANYBODY, id, last(1)))).to.deep.equal(['Message 1'])
    await meddle('Restored')
    const removed = new Promise((resolve) => database.pool.once('remove', resolve))
    await withClient((client) =>
      client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
        [where.database],
      ),
    )
    await removed
    expect(texts(await pages(ANYBODY, id, last(1)))).to.deep.equal(['Restored'])
  })
})
