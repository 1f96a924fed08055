import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import type { Violation } from './problem.ts'

/** The parts of a request that the contract speaks of; parameters as they stand in the URL. */
export interface RawRequest {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** One operation of `openapi.yaml`. */
export interface Operation {
  readonly id: string
  readonly method: string
  /** The path template, in OpenAPI's spelling. */
  readonly path: string
  /** Media types of its successful answers. */
  readonly produces: readonly string[]
  readonly hasBody: boolean
  /** The rules of the document that the request breaks; none when it is as documented. */
  readonly violations: (request: RawRequest) => readonly Violation[]
}

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

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: ParameterSchema | Reference
}

interface ParameterSchema {
  readonly type?: string
}

interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly (Parameter | Reference)[]
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> }
  readonly responses: Readonly<Record<string, Reference | { readonly content?: Readonly<Record<string, unknown>> }>>
}

interface Reference {
  readonly $ref: string
}

const NONE: readonly Violation[] = []

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const
const NAME = 'openapi.yaml'

const pointerTo = (...keys: readonly string[]) =>
  `${NAME}#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

const resolve = <A>(document: unknown, value: A | Reference): A => {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value
  const keys = value.$ref.slice(2).split('/')
  return keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as A
}

/** References of the document, as they read from outside of it. */
const absolute = (schema: object) =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${NAME}#`)) as object

/** Integer parameters arrive as text. What is not spelled as a whole number stays text, which the schema refuses. */
const readInteger = (value: unknown) =>
  typeof value === 'string' && /^(?:0|-?[1-9][0-9]*)$/.test(value) ? Number(value) : value

const violation =
  (part: 'path' | 'query' | 'header' | 'body') => (error: NonNullable<ValidateFunction['errors']>[number]) => {
    const missing = error.keyword === 'required' ? `/${String(error.params['missingProperty'])}` : ''
    const at = error.instancePath + missing
    const rule = { code: missing ? 'required' : 'wrong_type', detail: error.message ?? 'is not as documented' }
    return part === 'body' ? { pointer: `#${at}`, ...rule } : { parameter: at.slice(1), ...rule }
  }

export const loadContract = (yaml: string): Contract => {
  const document = parse(yaml) as { readonly paths: Readonly<Record<string, Record<string, unknown>>> }
  // The linters hold the document against its own schema; at every start that would take longer than all the rest.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, meta: false, validateSchema: false })
  ajv.addSchema(document, NAME)

  const operationOf = (path: string, method: (typeof METHODS)[number]): Operation => {
    const item = document.paths[path] as { readonly parameters?: readonly (Parameter | Reference)[] }
    const operation = document.paths[path]?.[method] as OperationObject
    const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) =>
      resolve<Parameter>(document, parameter),
    )

    const partOf = (part: 'path' | 'query' | 'header') => {
      const own = parameters
        .filter((parameter) => parameter.in === part)
        .map((parameter) => ({ ...parameter, name: part === 'header' ? parameter.name.toLowerCase() : parameter.name }))
      if (own.length === 0) return undefined
      const typed = (type: string) =>
        new Set(
          own.filter(({ schema }) => resolve<ParameterSchema>(document, schema).type === type).map(({ name }) => name),
        )
      const [integers, lists] = [typed('integer'), typed('array')]
      const readValue = (name: string, value: unknown) => {
        if (integers.has(name)) return readInteger(value)
        // Only lists of integers are documented: a parameter given once is a list of one.
        return lists.has(name) ? (Array.isArray(value) ? value : [value]).map(readInteger) : value
      }
      const accepts = ajv.compile({
        type: 'object',
        properties: Object.fromEntries(own.map(({ name, schema }) => [name, absolute(schema)])),
        required: own.filter(({ required }) => required).map(({ name }) => name),
      })
      return (request: RawRequest) => {
        const values = request[part === 'header' ? 'headers' : part]
        const read: Record<string, unknown> = {}
        for (const { name } of own) {
          const value = values[name]
          if (value !== undefined) read[name] = readValue(name, value)
        }
        return accepts(read) ? NONE : (accepts.errors ?? []).map(violation(part))
      }
    }

    const bodyPart = () => {
      if (!operation.requestBody) return undefined
      const $ref = pointerTo('paths', path, method, 'requestBody', 'content', 'application/json', 'schema')
      const accepts = ajv.compile({ $ref })
      return ({ body }: RawRequest) => (accepts(body) ? NONE : (accepts.errors ?? []).map(violation('body')))
    }
    const checks = [partOf('path'), partOf('query'), partOf('header'), bodyPart()].filter(
      (check) => check !== undefined,
    )

    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      produces: Object.entries(operation.responses)
        .filter(([status]) => status.startsWith('2'))
        .flatMap(([, response]) =>
          Object.keys(resolve<{ content?: object }>(document, response as Reference).content ?? {}),
        ),
      hasBody: operation.requestBody !== undefined,
      violations: (request) => {
        const found = checks.map((check) => check(request))
        return found.every(({ length }) => length === 0) ? NONE : found.flat()
      },
    }
  }

  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => operationOf(path, method)),
  )
  const byId = new Map(all.map((operation) => [operation.id, operation]))

  return {
    yaml,
    json: JSON.stringify(document),
    operation: (id) => {
      const operation = byId.get(id)
      if (!operation) throw new Error(`openapi.yaml has no operation ${id}`)
      return operation
    },
    paths: Map.groupBy(all, ({ path }) => path),
  }
}
