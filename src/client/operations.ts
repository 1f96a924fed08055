import { operations } from './openapi.ts'

export { operations }

/** The id of an operation. */
export type OperationId = keyof typeof operations

type Query = Readonly<Record<string, string | number | readonly number[] | undefined>>

/** The path and query of one request to an operation. */
export const targetOf = (id: OperationId, path: Readonly<Record<string, number>> = {}, query: Query = {}): string => {
  const filled = operations[id].path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(path[name]))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? (value as readonly number[]) : [value])
      if (one !== undefined) search.append(name, String(one))
  const asked = search.toString()
  return asked === '' ? filled : `${filled}?${asked}`
}
