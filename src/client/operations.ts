import { operations } from './openapi.ts'

export { operations }

/** The id of an operation. */
export type OperationId = keyof typeof operations

type Path = Readonly<Record<string, number | string>>
type Query = Readonly<Record<string, string | number | readonly number[] | undefined>>

/**
 * The value as a segment of a path. URLs drop `.`, and `..` with the segment before it, however they are written: who
 * removed that member would delete the chat. Nothing at all is another path, too.
 */
const segmentOf = (value: number | string | undefined): string => {
  const text = String(value ?? '')
  if (['', '.', '..'].includes(text)) throw new RangeError(`no path can carry ${JSON.stringify(text)}`)
  return encodeURIComponent(text)
}

/** The path and query of one request to an operation. Throws a RangeError when no path says what is meant. */
export const targetOf = (id: OperationId, path: Path = {}, query: Query = {}): string => {
  const filled = operations[id].path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segmentOf(path[name]))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? (value as readonly number[]) : [value])
      if (one !== undefined) search.append(name, String(one))
  const asked = search.toString()
  return asked === '' ? filled : `${filled}?${asked}`
}
