type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name

type Shown<Value> = Value extends Date ? string : Value

/** What a domain value looks like as JSON: every field under its name in snake case, times as text. */
export type View<A> = { readonly [Name in keyof A & string as SnakeCase<Name>]: Shown<A[Name]> }

/** RFC 3339 in UTC, with milliseconds. */
export const shownTime = <Time extends Date | null>(time: Time) => (time && time.toISOString()) as Shown<Time>
