import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Keys } from '../../application/ports/keys.ts'
import { readsForwards } from '../../application/ports/page.ts'
import { GREATEST, type KeyId } from '../../domain/identity.ts'
import type { ApiKey, KeyDigest } from '../../domain/keys/api-key.ts'
import { bigint, type Columns, namesOf, timestamptz, without } from './database/columns.ts'
import { inTime } from './database/deadline.ts'
import { API_KEY, apiKeyColumns, apiKeyOf, type ApiKeyRow, apiKeyRow, readApiKey } from './database/key-rows.ts'
import { list, row, scalar, table } from './database/parameters.ts'
import { retry } from './database/retry.ts'
import { statement } from './database/statement.ts'
import { pageOf } from './reads/page-of.ts'

type NewApiKeyRow = Omit<ApiKeyRow, 'id'>
const newKeyColumns = without(apiKeyColumns, 'id') satisfies Columns<NewApiKeyRow>

const addKey = statement(
  'add-key',
  { key: row<NewApiKeyRow>(newKeyColumns) },
  ({ key }) =>
    `insert into api_keys (${namesOf(newKeyColumns)}) values (${Object.values(key).join(', ')}) returning id`,
  ([id]) => id as KeyId,
)

const keysInOrder = (name: string, order: 'asc' | 'desc') =>
  statement(
    name,
    { before: scalar<number>('bigint'), after: scalar<number>('bigint'), limit: scalar<number>('bigint') },
    ({ before, after, limit }) =>
      `select ${API_KEY} from api_keys where id < ${before} and id > ${after} order by id ${order} limit ${limit}`,
    (columns) => apiKeyOf(readApiKey(columns)),
  )
const newestKeys = keysInOrder('newest-keys', 'desc')
const oldestKeys = keysInOrder('oldest-keys', 'asc')

const removeKey = statement(
  'remove-key',
  { id: scalar<KeyId>('bigint') },
  ({ id }) => `delete from api_keys where id = ${id} returning id`,
  ([id]) => id as KeyId,
)

/** The statement of every look. */
export const findKeys = statement(
  'keys-by-digest',
  { digests: list<KeyDigest>('text') },
  ({ digests }) => `select ${API_KEY} from api_keys where digest = any(${digests})`,
  (columns) => readApiKey(columns),
)

interface Use {
  readonly id: KeyId
  readonly at: Date
}
const useColumns = { id: bigint('id'), at: timestamptz('at') } satisfies Columns<Use>

/**
 * Rows are locked in order, so that two servers that note the same keys do not wait for each other crosswise; one that was
 * waited for is looked at once more.
 */
const touchKeys = statement(
  'touch-keys',
  { uses: table<Use>(useColumns) },
  ({ uses }) => `
    with used as (
      select k.id, uses.at from ${uses.rows} join api_keys k on k.id = uses.id
      where k.last_used_at is null or k.last_used_at < uses.at
      order by k.id for no key update of k
    )
    update api_keys k set last_used_at = used.at from used where k.id = used.id`,
)

/** Digests asked for in one statement, and uses noted in one. */
const CHUNK = 1000

const inChunks = async <A>(all: readonly A[], work: (chunk: readonly A[]) => Promise<unknown>): Promise<void> => {
  for (let start = 0; start < all.length; start += CHUNK) await work(all.slice(start, start + CHUNK))
}

export const postgresKeys = (pool: Pool): Keys => ({
  add: (draft, digest) =>
    inTime(
      retry(async () => {
        const key = { ...draft, lastUsedAt: null }
        const [id] = await addKey(pool, { key: apiKeyRow({ ...key, id: 0 as KeyId }, digest) })
        return E.right({ ...key, id: id as KeyId })
      }),
    ),

  list: (selection) =>
    inTime(
      retry(async () => {
        const forwards = readsForwards(selection)
        const { limit, before = GREATEST, after = 0 } = selection
        const found = await (forwards ? oldestKeys : newestKeys)(pool, { before, after, limit: limit + 1 })
        return E.right(pageOf(found, selection, forwards))
      }),
    ),

  remove: (keyId) =>
    inTime(
      retry(async () => {
        const [removed] = await removeKey(pool, { id: keyId })
        return removed === undefined ? E.left({ kind: 'KeyNotFound', keyId }) : E.right(undefined)
      }),
    ),

  find: (digests) =>
    inTime(
      retry(async () => {
        const found = new Map<KeyDigest, ApiKey>()
        await inChunks(digests, async (chunk) => {
          for (const key of await findKeys(pool, { digests: chunk })) found.set(key.digest, apiKeyOf(key))
        })
        return E.right(found)
      }),
    ),

  touch: (uses) =>
    inTime(
      retry(async () => {
        const noted = Array.from(uses, ([id, at]) => ({ id, at }))
        await inChunks(noted, (chunk) => touchKeys(pool, { uses: chunk }))
        return E.right(undefined)
      }),
    ),
})
