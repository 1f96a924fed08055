import type { Scope } from '../../../domain/caller.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { ApiKey, KeyDigest } from '../../../domain/keys/api-key.ts'
import { bigint, type Columns, namesOf, readerOf, text, timestamptz } from './columns.ts'

/** A key as its row says it: lists are written with spaces between, as OAuth writes scopes. */
export interface ApiKeyRow extends Omit<ApiKey, 'scopes' | 'chatIds'> {
  readonly digest: KeyDigest
  readonly scopes: string
  readonly chatIds: string | null
}

/** Every column of a key. Whatever reads or writes keys goes by this list. */
export const apiKeyColumns = {
  id: bigint('id'),
  digest: text('digest'),
  name: text('name'),
  prefix: text('prefix'),
  scopes: text('scopes'),
  chatIds: text('chat_ids'),
  createdAt: timestamptz('created_at'),
  expiresAt: timestamptz('expires_at'),
  lastUsedAt: timestamptz('last_used_at'),
} satisfies Columns<ApiKeyRow>

export const apiKeyRow = ({ scopes, chatIds, ...key }: ApiKey, digest: KeyDigest): ApiKeyRow => ({
  ...key,
  digest,
  scopes: scopes.join(' '),
  chatIds: chatIds && chatIds.join(' '),
})

export const apiKeyOf = ({ digest: _, scopes, chatIds, ...key }: ApiKeyRow): ApiKey => ({
  ...key,
  scopes: scopes.split(' ') as Scope[],
  chatIds: chatIds === null ? null : (chatIds.split(' ').map(Number) as ChatId[]),
})

export const API_KEY = namesOf(apiKeyColumns)
export const readApiKey = readerOf<ApiKeyRow>(apiKeyColumns)
