import { arrayLiteral, isNone, type SqlType } from './array-literal.ts'
import { type Column, type Columns, namesOf } from './columns.ts'

/** One or more placeholders of a statement under one name. */
export interface Parameter<Value, Text> {
  /** SQL types, one a placeholder. */
  readonly types: readonly string[]
  /** How the statement's text refers to it, given its placeholders and its name. */
  readonly text: (placeholders: readonly string[], name: string) => Text
  /** As many values as there are types. */
  readonly values: (value: Value) => readonly unknown[]
}

const first = ([placeholder = '']: readonly string[]) => placeholder

const written = (type: SqlType, value: unknown) => {
  if (value instanceof Date) return value.toISOString()
  if (type !== 'json') return value
  return isNone(type, value) ? null : JSON.stringify(value)
}

/** One value. */
export const scalar = <Value>(type: SqlType): Parameter<Value, string> => ({
  types: [type],
  text: first,
  values: (value) => [written(type, value)],
})

/** Several values of one type, as one array. */
export const list = <Value>(type: SqlType): Parameter<readonly Value[], string> => ({
  types: [`${type}[]`],
  text: first,
  values: (values) => [arrayLiteral(type, values)],
})

const byProperty = <A>(columns: Columns<A>, placeholders: readonly string[]) =>
  Object.fromEntries(Object.keys(columns).map((property, index) => [property, placeholders[index]])) as {
    readonly [Property in keyof A]: string
  }

/** One row, a placeholder for each of its columns. */
export const row = <A>(columns: Columns<A>): Parameter<A, { readonly [Property in keyof A]: string }> => {
  const entries = Object.entries<Column>(columns)
  return {
    types: entries.map(([, { type }]) => type),
    text: (placeholders) => byProperty(columns, placeholders),
    values: (value) => entries.map(([property, { type }]) => written(type, value[property as keyof A])),
  }
}

/** How a statement refers to a table that goes along with it. */
interface TableText<A> {
  /** The whole table, under the parameter's name: `unnest(…) name (id, …)`. */
  readonly rows: string
  /** Each column's array, by its property. */
  readonly arrays: { readonly [Property in keyof A]: string }
}

/** Any number of rows, as one array a column. */
export const table = <A>(columns: Columns<A>): Parameter<readonly A[], TableText<A>> => {
  const entries = Object.entries<Column>(columns)
  return {
    types: entries.map(([, { type }]) => `${type}[]`),
    text: (placeholders, name) => ({
      rows: `unnest(${placeholders.join(', ')}) ${name} (${namesOf(columns)})`,
      arrays: byProperty(columns, placeholders),
    }),
    values: (rows) =>
      entries.map(([property, { type }]) =>
        arrayLiteral(
          type,
          rows.map((each) => each[property as keyof A]),
        ),
      ),
  }
}
