import * as E from 'fp-ts/lib/Either.js'

declare const brand: unique symbol

/** The caller's name for one thing it wants done once: 1 to 255 visible ASCII characters. */
export type IdempotencyKey = string & { readonly [brand]: 'IdempotencyKey' }

/** A digest of what a request means. Two requests with one fingerprint ask for the same. */
export type Fingerprint = string & { readonly [brand]: 'Fingerprint' }

/** What a caller wants done once, however often it has to ask. */
export interface Intent {
  readonly key: IdempotencyKey
  readonly fingerprint: Fingerprint
}

export type KeyError = { readonly kind: 'KeyMalformed' }

const VISIBLE_ASCII = /^[!-~]{1,255}$/

export const IdempotencyKey = {
  parse: (raw: string): E.Either<KeyError, IdempotencyKey> =>
    VISIBLE_ASCII.test(raw) ? E.right(raw as IdempotencyKey) : E.left({ kind: 'KeyMalformed' }),
}

/** The key names another intention already. */
export interface KeyReused {
  readonly kind: 'KeyReused'
  readonly key: IdempotencyKey
}

/** Whether a request that bears a known key asks for what was done under it. */
export const sameIntent = ({ key, fingerprint }: Intent, kept: Fingerprint): E.Either<KeyReused, void> =>
  fingerprint === kept ? E.right(undefined) : E.left({ kind: 'KeyReused', key })
