import type { Pool } from 'pg'
import { type ChatSelection, type Page, readsForwards } from '../../../application/ports/page.ts'
import type { Caller, UserId } from '../../../domain/caller.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { list, scalar } from '../database/parameters.ts'
import { CHAT, chatOf } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { pageOf } from './page-of.ts'

type Order = 'asc' | 'desc'

const range = { before: scalar<number>('bigint'), after: scalar<number>('bigint'), limit: scalar<number>('bigint') }
const among = { ids: list<ChatId>('bigint') }
const own = { viewer: scalar<UserId>('text') }

const MEMBERSHIPS = 'members u join chats c on c.id = u.chat_id'

type Range = { readonly [Name in keyof typeof range]: string }

/** One direction of a page is one statement: a range of one index, read from the cursor. */
const pageFrom = (tables: string, id: string, { before, after, limit }: Range, order: Order, condition = 'true') =>
  `select ${CHAT} from ${tables}
   where ${condition} and ${id} < ${before} and ${id} > ${after} order by ${id} ${order} limit ${limit}`

const statementsIn = (order: Order) => ({
  all: statement(`chats-${order}`, range, (asked) => pageFrom('chats c', 'c.id', asked, order), chatOf),
  some: statement(
    `chats-${order}-among`,
    { ...range, ...among },
    (asked) => pageFrom('chats c', 'c.id', asked, order, `c.id = any(${asked.ids})`),
    chatOf,
  ),
  own: statement(
    `chats-${order}-own`,
    { ...range, ...own },
    (asked) => pageFrom(MEMBERSHIPS, 'u.chat_id', asked, order, `u.user_id = ${asked.viewer}`),
    chatOf,
  ),
  ownAmong: statement(
    `chats-${order}-own-among`,
    { ...range, ...own, ...among },
    (asked) =>
      pageFrom(MEMBERSHIPS, 'u.chat_id', asked, order, `u.user_id = ${asked.viewer} and u.chat_id = any(${asked.ids})`),
    chatOf,
  ),
})
const newest = statementsIn('desc')
const oldest = statementsIn('asc')

/** A page of the chats that the caller sees: a user's own, and all there are for a service, as far as its key reaches. */
export const postgresChatPages =
  (pool: Pool) =>
  async (caller: Caller, selection: ChatSelection): Promise<Page<Chat>> => {
    const forwards = readsForwards(selection)
    const statements = forwards ? oldest : newest
    const { limit, before = Number.MAX_SAFE_INTEGER, after = 0 } = selection
    const asked = { limit: limit + 1, before, after }
    const ids = caller.grant?.chatIds
    const find = () => {
      if (caller.kind === 'service') return ids ? statements.some(pool, { ...asked, ids }) : statements.all(pool, asked)
      const viewed = { ...asked, viewer: caller.id }
      return ids ? statements.ownAmong(pool, { ...viewed, ids }) : statements.own(pool, viewed)
    }
    return pageOf(await find(), selection, forwards)
  }
