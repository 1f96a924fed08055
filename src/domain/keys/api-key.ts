import * as E from 'fp-ts/lib/Either.js'
import { type Grant, type Scope, SCOPES } from '../caller.ts'
import { type ListError, parseDistinct } from '../distinct.ts'
import type { ChatId, KeyId } from '../identity.ts'
import { parseVisibleText, type TextError } from '../visible-text.ts'

declare const brand: unique symbol

/** What a key is for, in its maker's words: trimmed, 1 to 200 code points, well formed, not invisible. */
export type KeyName = string & { readonly [brand]: 'KeyName' }
export const KeyName = {
  LIMIT: 200,
  parse: (raw: string) => parseVisibleText(raw, KeyName.LIMIT) as E.Either<TextError, KeyName>,
}

/** What a service shows, once it was given it: `msgr_` and 256 random bits in base64url. Kept by nobody but its holder. */
export type KeySecret = string & { readonly [brand]: 'KeySecret' }

/** How a secret begins, for people to tell keys apart; what it leaves out is far too much to guess. */
export type KeyPrefix = string & { readonly [brand]: 'KeyPrefix' }

/** What a secret is found again by: its SHA-256 in base64url. The way back from it is not known to anybody. */
export type KeyDigest = string & { readonly [brand]: 'KeyDigest' }

const SECRET = /^msgr_[A-Za-z0-9_-]{43}$/

export const KeySecret = {
  PREFIX: 'msgr_',
  /** Whether a token is meant as a key, be it one or not. */
  isMeant: (token: string): boolean => token.startsWith(KeySecret.PREFIX),
  isWellFormed: (token: string): token is KeySecret => SECRET.test(token),
  prefixOf: (secret: KeySecret): KeyPrefix => secret.slice(0, KeyPrefix.LENGTH) as KeyPrefix,
}

export const KeyPrefix = { LENGTH: 12 }
export const KeyDigest = { LENGTH: 43 }

export const KeyScopes = {
  /** In the order in which all scopes are named. */
  parse: (raw: readonly Scope[]): E.Either<ListError, readonly Scope[]> =>
    E.map((scopes: readonly Scope[]) => SCOPES.filter((scope) => scopes.includes(scope)))(
      parseDistinct(raw, SCOPES.length),
    ),
}

export const KeyChats = {
  LIMIT: 100,
  parse: (raw: readonly ChatId[]): E.Either<ListError, readonly ChatId[]> => parseDistinct(raw, KeyChats.LIMIT),
}

/** The credential of a service, without its secret. */
export interface ApiKey {
  readonly id: KeyId
  readonly name: KeyName
  readonly prefix: KeyPrefix
  readonly scopes: readonly Scope[]
  /** The chats that it is limited to; null: none. */
  readonly chatIds: readonly ChatId[] | null
  readonly createdAt: Date
  /** From then on it is not good any more; null: it does not expire. */
  readonly expiresAt: Date | null
  /** To the minute, and noted a little later; null: never. */
  readonly lastUsedAt: Date | null
}

/** Whether all that it is good for is to read the figures of the service, which are asked for above all when something is wrong. */
export const isForFiguresAlone = ({ scopes }: Pick<ApiKey, 'scopes'>): boolean =>
  scopes.every((scope) => scope === 'metrics')

/** There was no such key, or it was revoked. */
export interface KeyNotFound {
  readonly kind: 'KeyNotFound'
  readonly keyId: KeyId
}

export const isExpired = ({ expiresAt }: ApiKey, at: Date): boolean => expiresAt !== null && at >= expiresAt

/** What the key may be used for. */
export const grantOf = ({ scopes, chatIds }: ApiKey): Grant => (chatIds ? { scopes, chatIds } : { scopes })
