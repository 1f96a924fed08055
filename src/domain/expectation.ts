import * as E from 'fp-ts/lib/Either.js'
import type { Revision } from './identity.ts'

/** The revisions on which a caller is willing to act; undefined when any will do. */
export type Expectation = readonly Revision[] | undefined

/** What the caller wants to change was changed since it looked. */
export interface Stale {
  readonly kind: 'Stale'
  readonly current: Revision
}

export const expecting = (
  expected: Expectation,
  { revision }: { readonly revision: Revision },
): E.Either<Stale, void> =>
  expected === undefined || expected.includes(revision)
    ? E.right(undefined)
    : E.left({ kind: 'Stale', current: revision })
