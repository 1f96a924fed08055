import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import { userOf, type Caller, type UserId } from '../../../domain/caller.ts'
import * as Chat from '../../../domain/chat/chat.ts'
import type { Member, Membership } from '../../../domain/chat/member.ts'
import type { ChatNotFound } from '../../../domain/chat/not-found.ts'
import { sees } from '../../../domain/chat/sight.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { Done, Fingerprint, Intent, KeptKey, KeyReused, Once } from '../../../domain/intent.ts'
import { countGroup } from '../database/load.ts'
import type { Database } from '../database/database.ts'
import { limited } from '../database/limited.ts'
import { bigint, type Columns, namesOf, text, without } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { CHAT, CHAT_WIDTH, chatColumns, chatOf, memberColumns, MEMBERSHIP, membershipOf } from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'
import { batchingOn } from '../database/traced.ts'
import { openedUnder, openRouted } from './open-chats.ts'

/** A chat to be opened, and where it stands in its batch. */
type NewChatRow = Omit<Chat.Chat, 'id'> & {
  readonly idempotencyKey: KeptKey | null
  readonly fingerprint: Fingerprint | null
  readonly place: number
}
const newChatColumns = {
  ...without(chatColumns, 'id'),
  idempotencyKey: text('idempotency_key'),
  fingerprint: text('fingerprint'),
  place: bigint('place'),
} satisfies Columns<NewChatRow>

/** One who belongs to a chat of the batch from the start. */
type FounderRow = Pick<Member, 'userId' | 'role'> & { readonly place: number }
const founderColumns = {
  userId: memberColumns.userId,
  role: memberColumns.role,
  place: newChatColumns.place,
} satisfies Columns<FounderRow>

/**
 * Opens each chat whose key is free, or that has none, and returns where those stand in the batch, with their ids. Ids
 * are taken first, so that keys and chats can be inserted together; a key that another transaction is just taking is
 * waited for. Keys go in order, so that two batches with the same ones do not wait for each other crosswise.
 */
export const openChats = statement(
  'open-chats',
  { wanted: table<NewChatRow>(newChatColumns), founders: table<FounderRow>(founderColumns) },
  ({ wanted, founders }) => `
    with numbered as materialized (
      select nextval('chats_id_seq') as id, wanted.* from ${wanted.rows}
    ), keyed as (
      insert into chat_keys (idempotency_key, fingerprint, chat_id)
      select idempotency_key, fingerprint, id from numbered where idempotency_key is not null order by idempotency_key
      on conflict do nothing
      returning chat_id
    ), opened as (
      insert into chats (${namesOf(chatColumns)})
      select ${namesOf(chatColumns)} from numbered
      where idempotency_key is null or id in (select chat_id from keyed)
      returning id
    ), founded as (
      insert into members (${namesOf(memberColumns)})
      select opened.id, founders.user_id, founders.role, numbered.created_at, numbered.revision
      from opened join numbered on numbered.id = opened.id join ${founders.rows} on founders.place = numbered.place
    )
    select numbered.place, opened.id from opened join numbered on numbered.id = opened.id`,
  ([place, id]) => ({ place: place as number, id: id as ChatId }),
)

interface KeptRow {
  readonly idempotencyKey: KeptKey
  readonly viewer: UserId | null
}
const keptColumns = {
  idempotencyKey: newChatColumns.idempotencyKey,
  viewer: text('viewer'),
} satisfies Columns<KeptRow>

const findOpened = statement(
  'chats-by-key',
  { kept: table<KeptRow>(keptColumns) },
  ({ kept }) => `
    select k.idempotency_key, k.fingerprint, u.user_id is not null, ${CHAT}, ${MEMBERSHIP}
    from ${kept.rows}
    join chat_keys k on k.idempotency_key = kept.idempotency_key
    join chats c on c.id = k.chat_id
    left join members u on u.chat_id = c.id and u.user_id = kept.viewer`,
  (row) => ({
    key: row[0] as KeptKey,
    done: { fingerprint: row[1] as Fingerprint, result: chatOf(row, 3) },
    membership: row[2] === 't' ? membershipOf(row, 3 + CHAT_WIDTH) : undefined,
  }),
)

interface Found {
  readonly done: Done<Chat.Chat>
  readonly membership: Membership | undefined
}

interface Addition {
  readonly caller: Caller
  readonly draft: Chat.NewChat
  readonly intent: Intent | undefined
}

type Added = E.Either<ChatNotFound | KeyReused, Once<Chat.Chat>>

const NOT_YET = 0 as ChatId

const foundersOf = ({ caller, draft }: Addition, place: number): readonly FounderRow[] =>
  Chat.founders(caller, draft, Chat.open(draft)(NOT_YET)).map(({ userId, role }) => ({ userId, role, place }))

const rowOf = ({ draft, intent }: Addition, place: number): NewChatRow => ({
  ...Chat.open(draft)(NOT_YET),
  idempotencyKey: intent?.keptKey ?? null,
  fingerprint: intent?.fingerprint ?? null,
  place,
})

/** As the chat was opened before, for whoever may still see it. */
const reopened = ({ caller, draft, intent }: Addition, { done, membership }: Found): Added | undefined =>
  sees(caller, done.result, membership)
    ? intent && Chat.reopen(draft, intent, done)
    : E.left({ kind: 'ChatNotFound', chatId: done.result.id })

/** Opens what can be opened, and finds what was before. An addition has no answer when its key was given up meanwhile. */
const addOnce = async (session: Session, additions: readonly Addition[]): Promise<(Added | undefined)[]> => {
  const answers: (Added | undefined)[] = additions.map(() => undefined)
  for (const { place, id } of await openChats(session, {
    wanted: additions.map(rowOf),
    founders: additions.flatMap(foundersOf),
  })) {
    const { draft } = additions[place] as Addition
    answers[place] = E.right({ done: Chat.open(draft)(id), replayed: false })
  }
  const kept = additions.flatMap(({ caller, intent }, place) =>
    answers[place] || !intent ? [] : [{ idempotencyKey: intent.keptKey, viewer: userOf(caller) }],
  )
  if (kept.length === 0) return answers
  const opened = new Map((await findOpened(session, { kept })).map((found) => [found.key, found]))
  return additions.map((addition, place) => {
    const found = addition.intent && opened.get(addition.intent.keptKey)
    return answers[place] ?? (found && reopened(addition, found))
  })
}

/** How often a key is tried whose chat goes whenever it was found taken. */
const ATTEMPTS = 5

const BATCHES = { atOnce: 2, size: 128 }

/** Of a pool, for transactions that each open one chat; and milliseconds before a key is looked at again. */
const ROUTED = { SHARE: 0.3, PAUSE_MS: 50 }

/** The same for one chat of a database whose chats are spread. */
const addRouted = async (pool: Pool, addition: Addition): Promise<Added | undefined> => {
  const { caller, draft, intent } = addition
  const opened = await openRouted(pool, {
    key: intent && { idempotencyKey: intent.keptKey, fingerprint: intent.fingerprint },
    chat: Chat.open(draft),
    founders: (chat) => Chat.founders(caller, draft, chat),
  })
  if (opened) return E.right({ done: opened, replayed: false })
  const found = intent && (await openedUnder(pool, intent.keptKey, userOf(caller)))
  if (found) return reopened(addition, found)
  // Either goes just now, or the one has been kept on its machine, and the other will be in a moment.
  await delay(ROUTED.PAUSE_MS)
  return undefined
}

const adding = ({ pool, parts }: Pick<Database, 'pool' | 'parts'>) => {
  if (!parts)
    return batchingOn(pool, (additions: readonly Addition[]) => addOnce(pool, additions), {
      ...BATCHES,
      told: (size) => countGroup(pool, 'chats', size),
    })
  const atOnce = limited(Math.max(1, Math.floor(ROUTED.SHARE * pool.options.max)))
  return (addition: Addition) => atOnce(() => addRouted(pool, addition))
}

/** Opens chats, or finds those that were opened under the same key, in batches. Rejects when the database does. */
export const addingChats = (
  database: Pick<Database, 'pool' | 'parts'>,
): ((caller: Caller, draft: Chat.NewChat, intent: Intent | undefined) => Promise<Added>) => {
  const add = adding(database)
  return async (caller, draft, intent) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const added = await add({ caller, draft, intent })
      if (added) return added
    }
    throw new Error('the key was taken and given up again and again')
  }
}
