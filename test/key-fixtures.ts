import { randomBytes } from 'node:crypto'
import type { NewKey } from '../src/application/ports/keys.ts'
import type { Scope, Service } from '../src/domain/caller.ts'
import type { ChatId, KeyId } from '../src/domain/identity.ts'
import type { KeyDigest, KeyName, KeyPrefix } from '../src/domain/keys/api-key.ts'
import type { KeyDraft } from '../src/domain/keys/issue-key.ts'
import { NOON } from './fixtures.ts'

export const aKeyId = (id = 1) => id as KeyId

/** The digest of a secret that nobody has. */
export const aDigest = () => randomBytes(32).toString('base64url') as KeyDigest

export const aKeyDraft = (draft: Partial<KeyDraft> = {}): KeyDraft => ({
  name: 'backend' as KeyName,
  scopes: ['read', 'write'],
  chatIds: null,
  expiresAt: null,
  ...draft,
})

export const aNewKey = (key: Partial<NewKey> = {}): NewKey => ({
  ...aKeyDraft(),
  prefix: 'msgr_AbCdEfG' as KeyPrefix,
  createdAt: NOON,
  ...key,
})

export const aService = (scopes: readonly Scope[], chatIds?: readonly number[]): Service => ({
  kind: 'service',
  grant: chatIds ? { scopes, chatIds: chatIds as ChatId[] } : { scopes },
})
