import { expect } from 'chai'
import { ANYBODY } from '../../src/domain/caller.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { shardsOfChats } from '../../src/infrastructure/postgres/distribution/shards.ts'
import { renameChat, send } from '../changes.ts'
import { aNewChat, anIntent, right, upTo } from '../fixtures.ts'
import { aSpreadDatabase, clusterUrl } from './cluster.ts'

const CHATS = 12
const ROUNDS = 20

describe('Several servers on one cluster', () => {
  const databases: Database[] = []

  before(async () => {
    const first = await aSpreadDatabase()
    databases.push(first, openDatabase({ url: clusterUrl() }, { shards: await shardsOfChats(first.pool) }))
  })
  after(() => Promise.all(databases.map((database) => database.close())))

  it('number what is sent to the same chats without gaps, and answer each as it was written', async () => {
    const servers = databases.map((database) => postgresChats(database))
    const [one, other] = servers as [(typeof servers)[0], (typeof servers)[0]]
    const ids: ChatId[] = []
    for (const n of upTo(CHATS)) ids.push(right(await one.add(ANYBODY, aNewChat(`chat ${n}`))()).done.id)
    const sent = new Map(ids.map((id) => [id, [] as { id: number; text: string }[]]))
    const say = async (server: typeof one, id: ChatId, text: string) => {
      const { message } = right(await send(server, id, text))
      sent.get(id)?.push({ id: message.id, text })
    }
    for (const round of upTo(ROUNDS))
      await Promise.all([
        ...servers.flatMap((server, place) => ids.map((id) => say(server, id, `${place} ${round}`))),
        // What is not a send moves a chat to where nobody has decided on it.
        renameChat(round % 2 ? one : other, ids[round % CHATS] as ChatId, `title ${round}`),
      ])
    for (const id of ids) {
      const { entries, chat } = right(await one.messages(ANYBODY, id, { limit: 100 })())
      expect(chat.lastMessageId).to.equal(2 * ROUNDS)
      expect(entries.map(({ id, text }) => ({ id, text }))).to.have.deep.members(sent.get(id) ?? [])
      expect(entries.map(({ id }) => id as number)).to.have.members(upTo(2 * ROUNDS))
    }
  })

  it('open one chat for one key, whoever is asked, and however often at once', async () => {
    const servers = databases.map((database) => postgresChats(database))
    for (const _ of upTo(5)) {
      const intent = anIntent()
      const opened = await Promise.all(
        upTo(6).map((n) => (servers[n % 2] as (typeof servers)[0]).add(ANYBODY, aNewChat(), intent)()),
      )
      expect(new Set(opened.map((answer) => right(answer).done.id)).size).to.equal(1)
      expect(opened.filter((answer) => !right(answer).replayed)).to.have.length(1)
    }
  })
})
