import * as E from 'fp-ts/lib/Either.js'

declare const brand: unique symbol

/**
 * What an application attaches to a chat or a message: a JSON object of its own, of which we know nothing. It comes back as
 * it was sent, its fields in the same order but for names that are whole numbers, which come first (ECMAScript). Numbers are
 * those of IEEE 754; of fields with one name the last counts.
 */
export type Metadata = Readonly<Record<string, unknown>> & { readonly [brand]: 'Metadata' }

export type MetadataError =
  | { readonly kind: 'MetadataNotObject' }
  | { readonly kind: 'MetadataTooDeep'; readonly limit: number }
  | { readonly kind: 'MetadataTooLong'; readonly limit: number }
  | { readonly kind: 'MetadataMalformed' }
  | { readonly kind: 'MetadataNumber' }

const MOST_BYTES = 4096
const MOST_LEVELS = 8

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
const isObject = (value: unknown): value is object => isContainer(value) && !Array.isArray(value)
const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** What is wrong within, as far as the levels go that there may be. */
const refusalIn = (value: unknown, levels: number): MetadataError | undefined => {
  if (typeof value === 'string') return isText(value) ? undefined : { kind: 'MetadataMalformed' }
  // JSON has no other numbers, but a literal beyond the greatest is read as infinite, and would come back as null.
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { kind: 'MetadataNumber' }
  if (!isContainer(value)) return undefined
  if (levels === 0) return { kind: 'MetadataTooDeep', limit: MOST_LEVELS }
  for (const [name, member] of Object.entries(value)) {
    const refusal = isText(name) ? refusalIn(member, levels - 1) : ({ kind: 'MetadataMalformed' } as const)
    if (refusal) return refusal
  }
  return undefined
}

const encoder = new TextEncoder()

export const Metadata = {
  /** Of the object as compact JSON in UTF-8. */
  MOST_BYTES,
  /** Objects and arrays in each other, the object itself among them. */
  MOST_LEVELS,
  NONE: Object.freeze({}) as Metadata,
  /** Reads what `JSON.parse` made. Nothing is copied, so that no name touches a prototype. */
  parse: (raw: unknown): E.Either<MetadataError, Metadata> => {
    if (!isObject(raw)) return E.left({ kind: 'MetadataNotObject' })
    const refusal = refusalIn(raw, MOST_LEVELS)
    if (refusal) return E.left(refusal)
    if (encoder.encode(JSON.stringify(raw)).length > MOST_BYTES)
      return E.left({ kind: 'MetadataTooLong', limit: MOST_BYTES })
    return E.right(raw as Metadata)
  },
}

/** The JSON of a value with the fields of all objects in one order: two that mean the same read the same. */
export const canonicalJson = (value: unknown): string => {
  if (!isContainer(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}

export const isSame = (a: Metadata, b: Metadata): boolean => a === b || canonicalJson(a) === canonicalJson(b)
