import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { METHODS, NAME, type OpenApiDocument } from './document.ts'
import { type Operation, operationOf } from './operation.ts'

export interface Contract {
  /** The file, byte for byte. */
  readonly yaml: string
  /** The same as JSON. */
  readonly json: string
  /** Throws when the document has no such operation. */
  readonly operation: (id: string) => Operation
  /** The operations of each path template. */
  readonly paths: ReadonlyMap<string, readonly Operation[]>
}

export const loadContract = (yaml: string): Contract => {
  const json = JSON.stringify(parse(yaml))
  // Read from its JSON, names are strings as the engine keeps its own. Slices of a text with a single wide character would
  // make every line of the log wide, and every look-up of a parameter slow.
  const document = JSON.parse(json) as OpenApiDocument
  // The linters hold the document against its own schema; at every start that would take longer than all the rest.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, meta: false, validateSchema: false })
  ajv.addSchema(document, NAME)

  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation ? [operationOf(ajv, document, path, method, operation)] : []
    }),
  )
  const byId = new Map(all.map((operation) => [operation.id, operation]))

  return {
    yaml,
    json,
    operation: (id) => {
      const operation = byId.get(id)
      if (!operation) throw new Error(`openapi.yaml has no operation ${id}`)
      return operation
    },
    paths: Map.groupBy(all, ({ path }) => path),
  }
}
