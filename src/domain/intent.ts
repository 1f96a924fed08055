import * as E from 'fp-ts/lib/Either.js'
import type { Caller } from './caller.ts'

declare const brand: unique symbol

/** The caller's name for one thing it wants done once: 1 to 255 visible ASCII characters. */
export type IdempotencyKey = string & { readonly [brand]: 'IdempotencyKey' }

/**
 * The name under which a caller's key is kept: a user's keys are its own, services share theirs. Neither a user id nor a key
 * has a space, so no two names are the same.
 */
export type KeptKey = string & { readonly [brand]: 'KeptKey' }

/** A digest of what a request means. Two requests with one fingerprint ask for the same. */
export type Fingerprint = string & { readonly [brand]: 'Fingerprint' }

/** What a caller wants done once, however often it has to ask. */
export interface Intent {
  readonly key: IdempotencyKey
  /** What it is kept under. */
  readonly keptKey: KeptKey
  readonly fingerprint: Fingerprint
}

export const keptKeyOf = (caller: Caller, key: IdempotencyKey): KeptKey =>
  (caller.kind === 'user' ? `${caller.id} ${key}` : key) as KeptKey

type KeyError = { readonly kind: 'KeyMalformed' }

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

/** What was done under a key. */
export interface Done<A> {
  readonly fingerprint: Fingerprint
  readonly result: A
}

/** What was done, and whether it had been done before this call. */
export interface Once<A> {
  readonly done: A
  readonly replayed: boolean
}

/** The answer to an intent that was carried out before, if it is the same one that asks again. */
export const replayed = <A, B>(
  { key, fingerprint }: Intent,
  done: Done<A>,
  answer: (result: A) => B,
): E.Either<KeyReused, Once<B>> =>
  fingerprint === done.fingerprint
    ? E.right({ done: answer(done.result), replayed: true })
    : E.left({ kind: 'KeyReused', key })
