import type { SqlType } from './array-literal.ts'

export interface Column<Type extends SqlType = SqlType> {
  readonly name: string
  readonly type: Type
  /** Of JSON: the value that is kept as null, which is what nearly all rows have. */
  readonly none?: object
}

type TypeOf<Value> = [NonNullable<Value>] extends [number]
  ? 'bigint'
  : [NonNullable<Value>] extends [Date]
    ? 'timestamptz'
    : [NonNullable<Value>] extends [string]
      ? 'text'
      : [NonNullable<Value>] extends [object]
        ? 'json'
        : never

/** The column of each property: a property without one does not compile, nor does one of another type. */
export type Columns<A> = { readonly [Property in keyof A]-?: Column<TypeOf<A[Property]>> }

export const bigint = (name: string): Column<'bigint'> => ({ name, type: 'bigint' })
export const text = (name: string): Column<'text'> => ({ name, type: 'text' })
export const timestamptz = (name: string): Column<'timestamptz'> => ({ name, type: 'timestamptz' })

/** JSON, null in the place of a value that is empty. */
export const json = (name: string, none: object): Column<'json'> => ({ name, type: 'json', none })

export const without = <C extends object, Name extends keyof C & string>(
  columns: C,
  ...names: readonly Name[]
): Omit<C, Name> =>
  Object.fromEntries(Object.entries(columns).filter(([name]) => !names.includes(name as Name))) as Omit<C, Name>

type AnyColumns = Readonly<Record<string, Column>>

const listOf = (columns: object): readonly (readonly [property: string, column: Column])[] =>
  Object.entries(columns as AnyColumns)

/** `id, title …`, of a table or an alias if one is named. */
export const namesOf = (columns: object, alias?: string): string =>
  listOf(columns)
    .map(([, { name }]) => (alias === undefined ? name : `${alias}.${name}`))
    .join(', ')

/** `bigint`, `text` …. */
export const typesOf = (columns: object): readonly string[] => listOf(columns).map(([, { type }]) => type)

/** `null::bigint, null::text …`: nothing, of the type of each column. */
export const nullsOf = (columns: object): string =>
  listOf(columns)
    .map(([, { type }]) => `null::${type}`)
    .join(', ')

/** `title = moves.title, …`: each column from another one of its name. */
export const assignmentsOf = (columns: object, alias: string): string =>
  listOf(columns)
    .map(([, { name }]) => `${name} = ${alias}.${name}`)
    .join(', ')

/** `title = $2, …`: each column from the placeholder of its property. */
export const settingsOf = (columns: object, placeholders: object): string =>
  listOf(columns)
    .map(([property, { name }]) => `${name} = ${(placeholders as Record<string, string>)[property] ?? ''}`)
    .join(', ')

type Reader<A> = (row: readonly unknown[], from?: number) => A

/** Each property's value, as an expression over the row and the place where it begins. */
const readerFrom = <A>(
  columns: Columns<A>,
  valueOf: (place: string, column: Column, none: string) => string,
): Reader<A> => {
  const listed = listOf(columns)
  const properties = listed.map(
    ([property, column], index) =>
      `${JSON.stringify(property)}: ${valueOf(`row[from + ${index}]`, column, `nones[${index}]`)}`,
  )
  // Written out, as by hand: the engine reads a page of rows in two thirds of the time that a loop over names takes it.
  // Nothing gets in but the names in our own lists of columns.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function('nones', `return (row, from = 0) => ({ ${properties.join(', ')} })`) as (
    nones: readonly unknown[],
  ) => Reader<A>
  return make(listed.map(([, { none }]) => none))
}

/** Reads what `namesOf` selected, from the place where it begins in the row. */
export const readerOf = <A>(columns: Columns<A>): Reader<A> =>
  readerFrom(columns, (place, { type }, none) =>
    type === 'json' ? `${place} === null ? ${none} : JSON.parse(${place})` : place,
  )

/** The same, of a JSON array that PostgreSQL made of the columns: there, times are texts, and JSON is what it is. */
export const jsonReaderOf = <A>(columns: Columns<A>): Reader<A> =>
  readerFrom(columns, (place, { type }, none) => {
    if (type === 'json') return `${place} ?? ${none}`
    return type === 'timestamptz' ? `${place} === null ? null : new Date(${place})` : place
  })
