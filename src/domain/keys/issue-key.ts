import * as E from 'fp-ts/lib/Either.js'
import { type Caller, type Forbidden, permitted, type Requirement } from '../caller.ts'
import type { ApiKey } from './api-key.ts'

/** What making, listing and revoking keys asks of a credential: a key of some chats might give itself others. */
const MANAGING: Requirement = { scope: 'keys', everyChat: true }

/** Whether the caller may make, list and revoke keys. */
export const mayManageKeys = (caller: Caller): E.Either<Forbidden, undefined> => permitted(caller, MANAGING)

/** What its maker says of a key. */
export type KeyDraft = Pick<ApiKey, 'name' | 'scopes' | 'chatIds' | 'expiresAt'>

/** A key that nobody has yet. */
export type IssuedKey = KeyDraft & Pick<ApiKey, 'createdAt'>

/** The key would have expired before it was made, or lasts beyond the year 9999. */
export interface ExpiryOutOfRange {
  readonly kind: 'ExpiryOutOfRange'
}

/** RFC 3339 has four digits for a year. */
const LAST = new Date('9999-12-31T23:59:59.999Z')

const forbidden = (detail: string) => E.left<Forbidden>({ kind: 'Forbidden', detail })

/** Nobody gives away what it does not have. */
const covers = ({ grant }: Caller, { scopes, chatIds }: KeyDraft): E.Either<Forbidden, undefined> => {
  const beyond = scopes.filter((scope) => !grant?.scopes.includes(scope))
  if (beyond.length > 0) return forbidden(`The key that asks does not have the scope ${beyond.join(', ')} itself`)
  const own = grant?.chatIds
  if (own && !chatIds?.every((id) => own.includes(id))) return forbidden('The key that asks is limited to other chats')
  return E.right(undefined)
}

/** The key as the caller may make it: with nothing beyond its own scopes and chats. */
export const issue = (caller: Caller, draft: KeyDraft, at: Date): E.Either<Forbidden | ExpiryOutOfRange, IssuedKey> => {
  const allowed = mayManageKeys(caller)
  if (E.isLeft(allowed)) return allowed
  const covered = covers(caller, draft)
  if (E.isLeft(covered)) return covered
  const { expiresAt } = draft
  if (expiresAt !== null && (expiresAt <= at || expiresAt > LAST)) return E.left({ kind: 'ExpiryOutOfRange' })
  return E.right({ ...draft, createdAt: at })
}
