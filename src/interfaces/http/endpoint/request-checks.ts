import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js'
import {
  absolute,
  type Method,
  type OpenApiDocument,
  type Parameter,
  type ParameterSchema,
  pointerTo,
  resolve,
} from './document.ts'
import type { Violation } from './failure.ts'

/** The parts of a request that the contract speaks of; parameters as they stand in the URL. */
export interface RawRequest {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** The rules of the document that one part of the request breaks. */
export type Check = (request: RawRequest) => readonly Violation[]

export const NONE: readonly Violation[] = []

const violation = (part: Parameter['in'] | 'body') => (error: ErrorObject) => {
  const missing = error.keyword === 'required' ? `/${String(error.params['missingProperty'])}` : ''
  const at = error.instancePath + missing
  const rule = { code: missing ? 'required' : 'wrong_type', detail: error.message ?? 'is not as documented' }
  return part === 'body' ? { pointer: `#${at}`, ...rule } : { parameter: at.slice(1), ...rule }
}

/** Integer parameters arrive as text. What is not spelled as a whole number stays text, which the schema refuses. */
const readInteger = (value: unknown) =>
  typeof value === 'string' && /^(?:0|-?[1-9][0-9]*)$/.test(value) ? Number(value) : value

/** Only lists of integers are documented. A parameter given once is a list of one. */
const readIntegers = (value: unknown) => (Array.isArray(value) ? value : [value]).map(readInteger)

const readerOf = (type: string | undefined) => {
  if (type === 'integer') return readInteger
  return type === 'array' ? readIntegers : (value: unknown) => value
}

/** Checks the parameters that stand in one part of the request. */
export const parametersCheck = (
  ajv: Ajv2020,
  document: OpenApiDocument,
  part: Parameter['in'],
  parameters: readonly Parameter[],
): Check => {
  const own = parameters.map(({ name, schema, required }) => ({
    name: part === 'header' ? name.toLowerCase() : name,
    read: readerOf(resolve<ParameterSchema>(document, schema).type),
    schema,
    required,
  }))
  const accepts = ajv.compile({
    type: 'object',
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, absolute(schema)])),
    required: own.filter(({ required }) => required).map(({ name }) => name),
  })
  return (request) => {
    const values = request[part === 'header' ? 'headers' : part]
    const given: Record<string, unknown> = {}
    for (const { name, read } of own) {
      const value = values[name]
      if (value !== undefined) given[name] = read(value)
    }
    return accepts(given) ? NONE : (accepts.errors ?? []).map(violation(part))
  }
}

export const bodyCheck = (ajv: Ajv2020, path: string, method: Method): Check => {
  const $ref = pointerTo('paths', path, method, 'requestBody', 'content', 'application/json', 'schema')
  const accepts = ajv.compile({ $ref })
  return ({ body }) => (accepts(body) ? NONE : (accepts.errors ?? []).map(violation('body')))
}
