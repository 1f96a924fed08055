/** What this service reads of an OpenAPI document. Whether it is one, the linters say. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, PathItem>>
}

type PathItem = { readonly parameters?: readonly (Parameter | Reference)[] } & Readonly<
  Partial<Record<Method, OperationObject>>
>

export interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly (Parameter | Reference)[]
  readonly requestBody?: object
  /** Whether a credential that is limited to some chats will not do. */
  readonly 'x-every-chat'?: boolean
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly responses: Readonly<Record<string, ResponseObject | Reference>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: ParameterSchema | Reference
}

export interface ParameterSchema {
  readonly type?: string
}

interface ResponseObject {
  readonly content?: object
}

interface Reference {
  readonly $ref: string
}

export type Method = (typeof METHODS)[number]

export const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const

/** What the document is called among Ajv's schemas. */
export const NAME = 'openapi.yaml'

/** The value, or what the document holds where it points to. */
export const resolve = <A extends object>(document: OpenApiDocument, value: A | Reference): A => {
  if (!('$ref' in value)) return value
  const keys = value.$ref.slice(2).split('/')
  return keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as A
}

/** A reference to a place in the document, for a schema outside of it. */
export const pointerTo = (...keys: readonly string[]): string =>
  `${NAME}#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

/** The schema with its references as they read from outside the document. */
export const absolute = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${NAME}#`)) as object
