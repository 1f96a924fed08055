import { DatabaseError } from 'pg'

/** The five characters with which PostgreSQL names a failure (manual, appendix A); undefined of any other. */
export const sqlState = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/**
 * The classes of failures (manual, appendix A) that a service may meet. What extensions make up is `other`, so that they stay
 * few; `none` is what PostgreSQL did not say: nobody answered, or the connection was lost.
 */
const CLASSES = new Set([
  '08',
  '22',
  '23',
  '25',
  '26',
  '28',
  '3D',
  '40',
  '42',
  '53',
  '54',
  '55',
  '57',
  '58',
  'P0',
  'XX',
])

export const classOfFailure = (error: unknown): string => {
  const found = sqlState(error)?.slice(0, 2)
  if (found === undefined) return 'none'
  return CLASSES.has(found) ? found : 'other'
}

/** A transaction that met another and was undone: deadlock, serialisation failure. */
const CONFLICTS = new Set(['40P01', '40001'])

export const isConflict = (error: unknown): boolean => CONFLICTS.has(sqlState(error) ?? '')

/** Another transaction held a lock for longer than this one would wait. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === '55P03'

/** Classes of a connection that ends or was not to be had, of a server without means, and of an unknown end. */
const UNKNOWN_END = /^(08|53|57P|58|XX|40003)/

/**
 * Whether the database said that it undid everything. After anything else, a lost connection above all, it may have
 * been kept.
 */
export const wasUndone = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code !== undefined && !UNKNOWN_END.test(error.code)

/**
 * What is wrong with the statement or its values, and not with the state that the database is in: cardinality, data,
 * constraints, syntax, types, limits of a statement.
 */
const DEFECTS = /^(21|22|23|42|54)/

/**
 * Of class 42, what is not as the service needs it now, and is again once the database is mended: tables, columns,
 * functions and rights that are missing; and prepared statements that a pooler gave to others.
 */
const OUT_OF_ORDER = new Set(['42P01', '42703', '42883', '42704', '42501', '42P05'])

/** Whether something is missing that the service needs. */
export const isOutOfOrder = (error: unknown): boolean => OUT_OF_ORDER.has(sqlState(error) ?? '')

/**
 * A statement that can never succeed, or a programming error, is a defect of ours: it must surface as one, not ask the
 * caller to try again.
 */
export const isDefect = (error: unknown): boolean => {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return true
  const state = sqlState(error) ?? ''
  return DEFECTS.test(state) && !OUT_OF_ORDER.has(state)
}

/** Statements that took too long, and triggers of somebody else that refused them. */
const REFUSED = /^(57014|P0|38|39|44)/

/** Whether what was asked for together may be done apart: it was undone for what one of those who asked wants. */
export const mayConcernOne = (error: unknown): boolean =>
  wasUndone(error) && (isDefect(error) || REFUSED.test(sqlState(error) ?? ''))
