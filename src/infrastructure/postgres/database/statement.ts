import type { ClientBase, Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { countFailure } from './load.ts'
import type { Parameter } from './parameters.ts'
import { spreadOf } from './spread.ts'
import { isLockTimeout } from './sql-state.ts'

/** Any connection of the pool, or one alone, in which a transaction may be under way. */
export type Session = Pool | ClientBase

const INT8 = 20
const TIMESTAMPTZ = 1184
/** `2026-11-24 11:05:00.123+00`, as a session in UTC prints it; read as ISO 8601, which takes the engine far less. */
const date = (text: string) => new Date(text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text)
const same = (text: string) => text

/** Parsers for the few types there are, in place of the driver's, which take longer and give bigints as text. */
const types = {
  getTypeParser: (oid: number) => (oid === INT8 ? Number : oid === TIMESTAMPTZ ? date : same),
}

export type Parameters = Readonly<Record<string, Parameter<never, unknown>>>
export type Texts<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<never, infer T> ? T : never
}
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer V, unknown> ? V : never
}

/** What a statement says besides where tables are spread over machines, so that it goes to one of them; nothing elsewhere. */
export interface Wording {
  /** That what the column holds is among these chats, all of one part. */
  readonly among: Among
  /** The user, or what is no user's id in the place of null: a table of which no row can be meant would be on no machine. */
  readonly orNobody: (user: string) => string
}
export type Among = (column: string, chatIds: string) => string

const IN_ONE_PLACE: Wording = { among: () => '', orNobody: (user) => user }
const SPREAD: Wording = {
  among: (column, chatIds) => `and ${column} = any(${chatIds})`,
  orNobody: (user) => `coalesce(${user}, '')`,
}

/**
 * A statement that each connection parses and plans once, under its name. Its parameters have names too: the text is
 * written with them and a call gives their values by them, so none can be left out or change places.
 */
export const statement = <P extends Parameters, Row = void>(
  name: string,
  parameters: P,
  text: (texts: Texts<P>, wording: Wording) => string,
  read?: (columns: readonly unknown[]) => Row,
  /** Milliseconds that the client waits for it, where it may take longer than others. */
  patience?: number,
): ((session: Session, values: Values<P>) => Promise<Row[]>) => {
  const { texts } = placed(parameters)
  return prepared(name, parameters, { text: text(texts, IN_ONE_PLACE), spread: text(texts, SPREAD) }, read, patience)
}

/** Parameters as the text of a statement refers to them, and the SQL types of their placeholders, `$1` first. */
export const placed = <P extends Parameters>(parameters: P): { readonly texts: Texts<P>; readonly types: string[] } => {
  const types: string[] = []
  const texts = Object.entries(parameters).map(([name, parameter]) => {
    const own = parameter.types.map((type) => `$${types.push(type)}::${type}`)
    return [name, parameter.text(own, name)]
  })
  return { texts: Object.fromEntries(texts) as Texts<P>, types }
}

/** What a statement is about that goes to the machine of its chats, where these are spread. */
export interface About<V> {
  /** One of the chats, all of which are of one shard. Where it is spread, that and its shard are two more values. */
  readonly chatOf: (values: V) => ChatId
  /** That it changes nothing. A third value says whether it has to hold the shard where it is. */
  readonly isReading: boolean
}

/** A statement of these texts: that of a plain database, and that of one whose tables are spread. */
export const prepared = <P extends Parameters, Row = void>(
  name: string,
  parameters: P,
  texts: { readonly text: string; readonly spread: string },
  read?: (columns: readonly unknown[]) => Row,
  patience?: number,
  about?: About<Values<P>>,
): ((session: Session, values: Values<P>) => Promise<Row[]>) => {
  const named = Object.entries(parameters)
  const ask = async (session: Session, values: Values<P>): Promise<Row[]> => {
    const flat: unknown[] = []
    for (const [name, parameter] of named) flat.push(...parameter.values(values[name] as never))
    const spread = spreadOf(session)
    const chat = spread && about?.chatOf(values)
    const near = chat === undefined ? undefined : spread?.machines?.poolFor(chat)
    if (chat !== undefined)
      flat.push(chat, spread?.parts.shardOf(chat), ...(about?.isReading ? [near !== undefined] : []))
    const text = spread ? texts.spread : texts.text
    const query = { name, text, values: flat, rowMode: 'array', types, query_timeout: patience }
    try {
      const { rows } = await (near ?? session).query<unknown[]>(query as never)
      return read ? rows.map((row) => read(row)) : []
    } catch (error) {
      countFailure(session, error)
      const isAway = chat !== undefined && (await spread?.machines?.failed(near, error, about?.isReading === true))
      // While a shard moves it is read where the coordinator says.
      if (near && isAway && isLockTimeout(error)) return ask(session, values)
      throw error
    }
  }
  return ask
}
