import * as E from 'fp-ts/lib/Either.js'

export type TextError =
  | { readonly kind: 'TextMalformed' }
  | { readonly kind: 'TextBlank' }
  | { readonly kind: 'TextTooLong'; readonly limit: number }
  | { readonly kind: 'TextInvisible' }

/** Finds one character that leaves a mark; U+2800 is the blank Braille pattern, which Unicode calls a symbol. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether the text has a character that leaves a mark. */
export const isVisible = (text: string): boolean => VISIBLE.test(text)

/** Code points, as JSON Schema's `maxLength` and PostgreSQL's `char_length` count them. */
export const longerThan = (limit: number, text: string): boolean => {
  if (text.length <= limit) return false
  if (text.length > 2 * limit) return true
  return Array.from(text).length > limit
}

/**
 * The rule of everything people write here: trimmed (ECMAScript white space), then 1 to `limit` code points of
 * well-formed Unicode without NUL, at least one of them visible. Line breaks inside are kept, nothing is normalised.
 */
export const parseVisibleText = (raw: string, limit: number): E.Either<TextError, string> => {
  if (!raw.isWellFormed() || raw.includes('\0')) return E.left({ kind: 'TextMalformed' })
  const text = raw.trim()
  if (text === '') return E.left({ kind: 'TextBlank' })
  if (longerThan(limit, text)) return E.left({ kind: 'TextTooLong', limit })
  if (!isVisible(text)) return E.left({ kind: 'TextInvisible' })
  return E.right(text)
}
