import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import * as Chat from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { Done, Fingerprint, IdempotencyKey, Intent, KeyReused, Once } from '../../../domain/intent.ts'
import { batching } from '../database/batching.ts'
import { bigint, type Columns, namesOf, text, without } from '../database/columns.ts'
import { list, table } from '../database/parameters.ts'
import { chatColumns } from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'

/** A chat to be opened, and where it stands in its batch. */
type NewChatRow = Omit<Chat.Chat, 'id'> & {
  readonly idempotencyKey: IdempotencyKey | null
  readonly fingerprint: Fingerprint | null
  readonly place: number
}
const newChatColumns = {
  ...without(chatColumns, 'id'),
  idempotencyKey: text('idempotency_key'),
  fingerprint: text('fingerprint'),
  place: bigint('place'),
} satisfies Columns<NewChatRow>

/**
 * Opens each chat whose key is free, or that has none, and returns where those stand in the batch, with their ids. Ids
 * are taken first, so that keys and chats can be inserted together; a key that another transaction is just taking is
 * waited for. Keys go in order, so that two batches with the same ones do not wait for each other crosswise.
 */
export const openChats = statement(
  'open-chats',
  { wanted: table<NewChatRow>(newChatColumns) },
  ({ wanted }) => `
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
    )
    select numbered.place, opened.id from opened join numbered on numbered.id = opened.id`,
  ([place, id]) => ({ place: place as number, id: id as ChatId }),
)

const findOpened = statement(
  'chats-by-key',
  { keys: list<IdempotencyKey>('text') },
  ({ keys }) => `
    select k.idempotency_key, k.fingerprint, c.id, c.created_at
    from chat_keys k join chats c on c.id = k.chat_id
    where k.idempotency_key = any(${keys})`,
  (row): [IdempotencyKey, Done<Chat.Opening>] => [
    row[0] as IdempotencyKey,
    { fingerprint: row[1] as Fingerprint, result: { id: row[2] as ChatId, createdAt: row[3] as Date } },
  ],
)

interface Addition {
  readonly draft: Chat.NewChat
  readonly intent: Intent | undefined
}

type Added = E.Either<KeyReused, Once<Chat.Chat>>

const NOT_YET = 0 as ChatId

const rowOf = ({ draft, intent }: Addition, place: number): NewChatRow => ({
  ...Chat.open(draft)(NOT_YET),
  idempotencyKey: intent?.key ?? null,
  fingerprint: intent?.fingerprint ?? null,
  place,
})

/** Opens what can be opened, and finds what was before. An addition has no answer when its key was given up meanwhile. */
const addOnce = async (session: Session, additions: readonly Addition[]): Promise<(Added | undefined)[]> => {
  const answers: (Added | undefined)[] = additions.map(() => undefined)
  for (const { place, id } of await openChats(session, { wanted: additions.map(rowOf) })) {
    const { draft } = additions[place] as Addition
    answers[place] = E.right({ done: Chat.open(draft)(id), replayed: false })
  }
  const keys = additions.flatMap(({ intent }, place) => (answers[place] || !intent ? [] : [intent.key]))
  if (keys.length === 0) return answers
  const opened = new Map(await findOpened(session, { keys }))
  return additions.map(({ draft, intent }, place) => {
    const done = intent && opened.get(intent.key)
    return answers[place] ?? (intent && done && Chat.reopen(draft, intent, done))
  })
}

/** How often a key is tried whose chat goes whenever it was found taken. */
const ATTEMPTS = 5

const BATCHES = { atOnce: 2, size: 128 }

/** Opens chats, or finds those that were opened under the same key, in batches. Rejects when the database does. */
export const addingChats = (pool: Pool): ((draft: Chat.NewChat, intent: Intent | undefined) => Promise<Added>) => {
  const add = batching((additions: readonly Addition[]) => addOnce(pool, additions), BATCHES)
  return async (draft, intent) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const added = await add({ draft, intent })
      if (added) return added
    }
    throw new Error('the key was taken and given up again and again')
  }
}
