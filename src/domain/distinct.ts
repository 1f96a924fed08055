import * as E from 'fp-ts/lib/Either.js'

export type ListError =
  | { readonly kind: 'ListTooShort'; readonly least: number }
  | { readonly kind: 'ListTooLong'; readonly most: number }
  | { readonly kind: 'ListRepeats' }

/** The rule of lists whose order means nothing: 1 to `most` values, each once. */
export const parseDistinct = <A>(values: readonly A[], most: number): E.Either<ListError, readonly A[]> => {
  if (values.length < 1) return E.left({ kind: 'ListTooShort', least: 1 })
  if (values.length > most) return E.left({ kind: 'ListTooLong', most })
  return new Set(values).size < values.length ? E.left({ kind: 'ListRepeats' }) : E.right(values)
}
