import * as E from 'fp-ts/lib/Either.js'
import type { Revision } from './identity.ts'

/** The revisions on which a caller is willing to act, or all but some; undefined when any will do. */
export type Expectation = readonly Revision[] | { readonly except: readonly Revision[] } | undefined

/** What the caller wants to change is at a revision on which it is not willing to act. */
export interface Stale {
  readonly kind: 'Stale'
  readonly current: Revision
}

const meets = (expected: Expectation, revision: Revision): boolean => {
  if (expected === undefined) return true
  return 'except' in expected ? !expected.except.includes(revision) : expected.includes(revision)
}

export const expecting = (
  expected: Expectation,
  { revision }: { readonly revision: Revision },
): E.Either<Stale, void> =>
  meets(expected, revision) ? E.right(undefined) : E.left({ kind: 'Stale', current: revision })
