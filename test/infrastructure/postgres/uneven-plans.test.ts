import { expect } from 'chai'
import type { Chats } from '../../../src/application/ports/chats.ts'
import { ANYBODY } from '../../../src/domain/caller.ts'
import type { Reaction } from '../../../src/domain/chat/reaction.ts'
import { post } from '../../../src/domain/chat/message-decisions.ts'
import { react } from '../../../src/domain/chat/reaction-decisions.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { acting } from '../../acting.ts'
import { editMessage, eraseMessage } from '../../changes.ts'
import { aMessageId, anIntent, aText, aUser, later, right } from '../../fixtures.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

const [CHATS, MESSAGES] = [100_000, 10_000]
/** Entries of indexes that a change of one message may read. */
const FEW = 10

const MARA = aUser('mara')

describe('Where nearly every chat has one message, and one has very many,', () => {
  const hold = releasing(after)
  let database: Database
  let chats: Chats
  let long: ChatId

  before(async () => {
    const where = await aDatabase()
    database = hold(openDatabase(where, { size: 1 }), ({ close }) => close())
    chats = postgresChats(database)
    long = right(await acting(chats).open(ANYBODY, { members: [{ userId: MARA.id, role: 'member' }] })).done.id
    await adminOf(
      where,
      `with few as (
         insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision)
         select 'one of many', now(), now(), 1, 1, 0 from generate_series(1, ${CHATS}) n returning id
       )
       insert into messages (chat_id, id, created_at, revision, text) select id, 1, now(), 1, 'x' from few;
       insert into messages (chat_id, id, created_at, revision, text)
       select ${long}, n, now(), n, 'x' from generate_series(1, ${MESSAGES}) n;
       update chats set last_message_id = ${MESSAGES}, revision = ${MESSAGES} where id = ${long};`,
    )
    await adminOf(where, 'vacuum analyze chats, members, messages')
  })

  const messageId = aMessageId(MESSAGES / 2)
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    'a message': () => chats.findMessage(ANYBODY, long, messageId)(),
    'an edit': () => editMessage(chats, long, messageId, 'edited'),
    'a reaction': () => {
      const reaction = '+1' as Reaction
      const at = later(1)
      return chats.decide(MARA, { chatId: long, messageId, reaction }, react(MARA, { messageId, reaction, at }))()
    },
    'a deletion': () => eraseMessage(chats, long, Number(messageId) + 1),
    'a send under a key': () => {
      const intent = anIntent()
      return chats.decide(ANYBODY, { chatId: long, intent }, post(ANYBODY, { text: aText() }, later(1), intent))()
    },
  }
  /** Entries of the indexes of messages that were read so far, by the one connection that there is. */
  const entriesRead = async () => {
    await database.pool.query('select pg_stat_force_next_flush()')
    const { rows } = await database.pool.query<{ read: string }>(
      `select sum(idx_tup_read) as read from pg_stat_user_indexes where relname = 'messages'`,
    )
    return Number(rows[0]?.read)
  }

  for (const [what, ask] of Object.entries(questions))
    it(`${what} of that one is found by its whole key`, async () => {
      const before = await entriesRead()
      right((await ask()) as never)
      const read = (await entriesRead()) - before
      expect(read, 'entries of indexes').to.be.within(what === 'a send under a key' ? 0 : 1, FEW)
    })
})
