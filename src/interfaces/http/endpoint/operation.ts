import type { Ajv2020 } from 'ajv/dist/2020.js'
import { type Requirement, SCOPES } from '../../../domain/caller.ts'
import { type Method, type OpenApiDocument, type OperationObject, type Parameter, resolve } from './document.ts'
import type { Violation } from './failure.ts'
import { bodyCheck, type Check, NONE, parametersCheck, type RawRequest } from './request-checks.ts'

/** One operation of `openapi.yaml`. */
export interface Operation {
  readonly id: string
  readonly method: string
  /** The path template, in OpenAPI's spelling. */
  readonly path: string
  /** Media types of its answers that are no problems. */
  readonly produces: readonly string[]
  readonly hasBody: boolean
  /** Whether it answers with an event stream. */
  readonly isStream: boolean
  /** What a credential must be good for; undefined for what is open to everybody. */
  readonly requires: Requirement | undefined
  /** The rules of the document that the request breaks; none when it is as documented. */
  readonly violations: (request: RawRequest) => readonly Violation[]
}

const requirementOf = (operation: OperationObject): Requirement | undefined => {
  const named = (operation.security ?? []).flatMap((requirement) => Object.values(requirement).flat())
  const scope = SCOPES.find((known) => named.includes(known))
  return scope && { scope, everyChat: operation['x-every-chat'] ?? false }
}

const PARTS = ['path', 'query', 'header'] as const

const producedBy = (document: OpenApiDocument, { responses }: OperationObject) =>
  Object.entries(responses)
    .filter(([status]) => /^[23]/.test(status))
    .flatMap(([, response]) => Object.keys(resolve(document, response).content ?? {}))

const checksOf = (
  ajv: Ajv2020,
  document: OpenApiDocument,
  path: string,
  method: Method,
  { parameters = [], requestBody }: OperationObject,
): readonly Check[] => {
  const all = [...(document.paths[path]?.parameters ?? []), ...parameters].map((parameter) =>
    resolve<Parameter>(document, parameter),
  )
  const ofParameters = PARTS.map((part) => [part, all.filter((parameter) => parameter.in === part)] as const)
    .filter(([, own]) => own.length > 0)
    .map(([part, own]) => parametersCheck(ajv, document, part, own))
  return requestBody ? [...ofParameters, bodyCheck(ajv, path, method)] : ofParameters
}

export const operationOf = (
  ajv: Ajv2020,
  document: OpenApiDocument,
  path: string,
  method: Method,
  operation: OperationObject,
): Operation => {
  const checks = checksOf(ajv, document, path, method, operation)
  const produces = producedBy(document, operation)
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    produces,
    hasBody: operation.requestBody !== undefined,
    isStream: produces.includes('text/event-stream'),
    requires: requirementOf(operation),
    violations: (request) => {
      const found = checks.map((check) => check(request))
      return found.every(({ length }) => length === 0) ? NONE : found.flat()
    },
  }
}
