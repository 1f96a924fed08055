import type { Pool } from 'pg'
import { type ChatSelection, type Page, readsForwards } from '../../../application/ports/page.ts'
import type { Caller, UserId } from '../../../domain/caller.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { list, scalar } from '../database/parameters.ts'
import { CHAT, chatOf } from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'
import { pageOf } from './page-of.ts'

type Order = 'asc' | 'desc'

const range = { before: scalar<number>('bigint'), after: scalar<number>('bigint'), limit: scalar<number>('bigint') }
const among = { ids: list<ChatId>('bigint') }
const own = { viewer: scalar<UserId>('text') }

/** Where one kind of list is read from, and the index that its order goes by. */
interface Source {
  readonly tables: string
  readonly id: string
  readonly condition: string
}

const ALL: Source = { tables: 'chats c', id: 'c.id', condition: 'true' }
const PUBLIC: Source = { ...ALL, condition: `c.visibility = 'public'` }
const ownOf = (viewer: string): Source => ({
  tables: 'members u join chats c on c.id = u.chat_id',
  id: 'u.chat_id',
  condition: `u.user_id = ${viewer} and u.removed_at is null`,
})
/**
 * Without those that the viewer was removed from by another: looked up chat by chat, as a join would read all that the viewer
 * ever was a member of.
 */
const publicFor = (viewer: string): Source => ({
  ...PUBLIC,
  condition: `${PUBLIC.condition} and (
    select u.removed_at is not null and u.removed_by is distinct from u.user_id
    from members u where u.chat_id = c.id and u.user_id = ${viewer}
  ) is not true`,
})

type Range = { readonly [Name in keyof typeof range]: string }

/** One direction of a page is one statement: a range of one index, read from the cursor. */
const pageFrom = ({ tables, id, condition }: Source, { before, after, limit }: Range, order: Order, ids?: string) =>
  `select ${CHAT} from ${tables}
   where ${condition} ${ids === undefined ? '' : `and ${id} = any(${ids})`} and ${id} < ${before} and ${id} > ${after}
   order by ${id} ${order} limit ${limit}`

interface Asked {
  readonly before: number
  readonly after: number
  readonly limit: number
}

type Find = (session: Session, caller: Caller, asked: Asked) => Promise<Chat[]>

/** For services with and without chats that their key is limited to. */
const forServices = (name: string, source: Source, order: Order): Find => {
  const find = statement(`${name}-${order}`, range, (asked) => pageFrom(source, asked, order), chatOf)
  const findAmong = statement(
    `${name}-among-${order}`,
    { ...range, ...among },
    (asked) => pageFrom(source, asked, order, asked.ids),
    chatOf,
  )
  return (session, { grant }, asked) =>
    grant?.chatIds ? findAmong(session, { ...asked, ids: grant.chatIds }) : find(session, asked)
}

const forUsers = (name: string, sourceOf: (viewer: string) => Source, order: Order): Find => {
  const ofUser = { ...range, ...own }
  const find = statement(
    `${name}-viewed-${order}`,
    ofUser,
    (asked) => pageFrom(sourceOf(asked.viewer), asked, order),
    chatOf,
  )
  const findAmong = statement(
    `${name}-viewed-among-${order}`,
    { ...ofUser, ...among },
    (asked) => pageFrom(sourceOf(asked.viewer), asked, order, asked.ids),
    chatOf,
  )
  return (session, caller, asked) => {
    const viewed = { ...asked, viewer: (caller as Caller & { kind: 'user' }).id }
    const { grant } = caller
    return grant?.chatIds ? findAmong(session, { ...viewed, ids: grant.chatIds }) : find(session, viewed)
  }
}

const listsIn = (order: Order) => ({
  service: { own: forServices('chats', ALL, order), public: forServices('public-chats', PUBLIC, order) },
  user: { own: forUsers('chats', ownOf, order), public: forUsers('public-chats', publicFor, order) },
})
const newest = listsIn('desc')
const oldest = listsIn('asc')

/** A page of a user's own chats, of all there are for a service, or of the public ones, as far as the key reaches. */
export const postgresChatPages =
  (pool: Pool) =>
  async (caller: Caller, selection: ChatSelection, visibility: 'own' | 'public'): Promise<Page<Chat>> => {
    const forwards = readsForwards(selection)
    const find = (forwards ? oldest : newest)[caller.kind][visibility]
    const { limit, before = Number.MAX_SAFE_INTEGER, after = 0 } = selection
    return pageOf(await find(pool, caller, { limit: limit + 1, before, after }), selection, forwards)
  }
