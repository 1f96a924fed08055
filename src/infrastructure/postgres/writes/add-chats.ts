import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Caller } from '../../../domain/caller.ts'
import * as Chat from '../../../domain/chat/chat.ts'
import { founders, type Member } from '../../../domain/chat/member.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { Done, Fingerprint, Intent, KeptKey, KeyReused, Once } from '../../../domain/intent.ts'
import { batching } from '../database/batching.ts'
import { bigint, type Columns, namesOf, text, without } from '../database/columns.ts'
import { list, table } from '../database/parameters.ts'
import { chatColumns, memberColumns } from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'

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

const findOpened = statement(
  'chats-by-key',
  { keys: list<KeptKey>('text') },
  ({ keys }) => `
    select k.idempotency_key, k.fingerprint, c.id, c.created_at
    from chat_keys k join chats c on c.id = k.chat_id
    where k.idempotency_key = any(${keys})`,
  (row): [KeptKey, Done<Chat.Opening>] => [
    row[0] as KeptKey,
    { fingerprint: row[1] as Fingerprint, result: { id: row[2] as ChatId, createdAt: row[3] as Date } },
  ],
)

interface Addition {
  readonly caller: Caller
  readonly draft: Chat.NewChat
  readonly intent: Intent | undefined
}

type Added = E.Either<KeyReused, Once<Chat.Chat>>

const NOT_YET = 0 as ChatId

const foundersOf = ({ caller, draft }: Addition, place: number): readonly FounderRow[] =>
  founders(caller, Chat.open(draft)(NOT_YET)).map(({ userId, role }) => ({ userId, role, place }))

const rowOf = ({ draft, intent }: Addition, place: number): NewChatRow => ({
  ...Chat.open(draft)(NOT_YET),
  idempotencyKey: intent?.keptKey ?? null,
  fingerprint: intent?.fingerprint ?? null,
  place,
})

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
  const keys = additions.flatMap(({ intent }, place) => (answers[place] || !intent ? [] : [intent.keptKey]))
  if (keys.length === 0) return answers
  const opened = new Map(await findOpened(session, { keys }))
  return additions.map(({ draft, intent }, place) => {
    const done = intent && opened.get(intent.keptKey)
    return answers[place] ?? (intent && done && Chat.reopen(draft, intent, done))
  })
}

/** How often a key is tried whose chat goes whenever it was found taken. */
const ATTEMPTS = 5

const BATCHES = { atOnce: 2, size: 128 }

/** Opens chats, or finds those that were opened under the same key, in batches. Rejects when the database does. */
export const addingChats = (
  pool: Pool,
): ((caller: Caller, draft: Chat.NewChat, intent: Intent | undefined) => Promise<Added>) => {
  const add = batching((additions: readonly Addition[]) => addOnce(pool, additions), BATCHES)
  return async (caller, draft, intent) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const added = await add({ caller, draft, intent })
      if (added) return added
    }
    throw new Error('the key was taken and given up again and again')
  }
}
