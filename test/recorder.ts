import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { parse } from 'yaml'
import { confide, confidencesIn, hear } from './logged.ts'

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** By their names in lower case. */
  readonly requestHeaders?: Readonly<Record<string, string>> | undefined
  readonly requestBody?: unknown
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

interface ResponseObject {
  readonly headers?: Record<string, { readonly required?: boolean; readonly schema: object }>
  readonly content?: Record<string, { readonly schema?: object }>
}
interface ParameterObject {
  readonly name: string
  readonly in: string
  readonly schema: { readonly type?: string }
}

const document = parse(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8')) as {
  readonly paths: Record<string, Record<string, unknown>>
}
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
ajv.addSchema(document, 'openapi.yaml')

const METHODS = ['get', 'post', 'patch', 'put', 'delete']
const PROBLEM = { $ref: '#/components/schemas/Problem' }

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what the document holds there
const resolve = <A>(value: unknown): A => {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value as A
  const at = String(value.$ref).slice(2).split('/')
  return resolve(
    at.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key.replaceAll('~1', '/')], document),
  )
}

const compiled = new Map<string, ReturnType<typeof ajv.compile>>()
const check = (schema: object, value: unknown, what: string) => {
  const key = JSON.stringify(schema)
  const absolute = JSON.parse(key.replaceAll('"$ref":"#', '"$ref":"openapi.yaml#')) as object
  const validate = compiled.get(key) ?? ajv.compile(absolute)
  compiled.set(key, validate)
  if (!validate(value)) throw new Error(`${what} breaks openapi.yaml: ${ajv.errorsText(validate.errors)}`)
}

const templates = Object.keys(document.paths).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replace(/\/$/, '').replaceAll(/\{\w+\}/g, '([^/]+)')}/?$`),
  names: Array.from(template.matchAll(/\{(\w+)\}/g), ([, name = '']) => name),
}))

const find = (path: string) =>
  templates
    .map(({ template, pattern, names }) => ({ template, names, match: pattern.exec(path) }))
    .find(({ match }) => match !== null)

const documented = (template: string) => METHODS.filter((method) => method in (document.paths[template] ?? {}))

const seen = new Set<string>()

export interface DocumentedOperation {
  readonly id: string
  readonly method: string
  /** The template of its path. */
  readonly path: string
  readonly responses: object
  /** The media types of what it answers with 200. */
  readonly produces: readonly string[]
  /** Whether it asks for a credential, where any are asked for. */
  readonly isGuarded: boolean
  /** The first example of its body, when it takes one. */
  readonly body: object | undefined
}

interface OperationObject {
  readonly operationId: string
  readonly responses: Readonly<Record<string, unknown>>
  readonly security?: unknown
  readonly requestBody?: {
    readonly content: Record<string, { readonly examples?: Record<string, { readonly value: object }> }>
  }
}

/** Every operation of the document. */
export const operations: readonly DocumentedOperation[] = Object.entries(document.paths).flatMap(([template, item]) =>
  documented(template).map((method) => {
    const { operationId, responses, security, requestBody } = item[method] as OperationObject
    return {
      id: operationId,
      method: method.toUpperCase(),
      path: template,
      responses,
      produces: Object.keys(resolve<ResponseObject>(responses['200'] ?? {}).content ?? {}),
      isGuarded: security !== undefined,
      body: Object.values(requestBody?.content['application/json']?.examples ?? {})[0]?.value,
    }
  }),
)

/** Operation and status of everything the document promises, `default` aside. */
export const promised = (): string[] =>
  operations.flatMap(({ id, responses }) =>
    Object.keys(responses)
      .filter((status) => status !== 'default')
      .map((status) => `${id} ${status}`),
  )
export const unseen = (): string[] => promised().filter((pair) => !seen.has(pair))

const isWholeNumber = (text: string) => /^(?:0|-?[1-9][0-9]*)$/.test(text)

const DATA_SECURITY = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
}
/** Of pages, which run scripts of their own. */
const PAGE_SECURITY = { 'cross-origin-opener-policy': 'same-origin', 'origin-agent-cluster': '?1' }

/** Every answer has them: of every operation, refused or not, of the server before there is a request, of a stream. */
const checkSecurity = ({ target, status, headers }: Exchange, what: string) => {
  const { 'content-security-policy': policy, ...others } = DATA_SECURITY
  const given = headers.get('content-security-policy')
  const isHtml = status < 300 && /^text\/html/.test(headers.get('content-type') ?? '')
  // What a page is made of has its policy, and so has what stands for it: 304 from a cache, 303 on the way to it.
  const isOfPages = /^\/(?:docs|console)/.test(target) || /^\/(?:problems\/.*)?(?:\?|$)/.test(target)
  const isOfConsole = /^\/(?:console\/.*)?(?:\?|$)/.test(target) && status !== 303
  const isPage = isHtml || (isOfPages && status < 400 && given !== policy)
  for (const [name, value] of Object.entries(isPage ? { ...others, ...PAGE_SECURITY } : others))
    expect(headers.get(name), `${what}: ${name}`).to.equal(value)
  if (isPage && isOfConsole) expect(given, what).to.match(/^default-src 'none';script-src 'self';style-src 'self';/)
  else if (isPage) expect(given, what).to.match(/^default-src 'self';.*script-src 'self';/)
  else expect(given, what).to.equal(policy)
}

/** Answers that go by who asks: no cache of many keeps them, and a stream and what is secret nobody does. */
const checkPrivacy = (operation: Record<string, unknown>, { status, headers }: Exchange, what: string) => {
  if (operation['security'] === undefined) return
  // What never became a request was answered before anybody knew which operation it would lead to.
  if (status >= 400 && headers.get('cache-control') === 'no-store') return
  const kept = ['private, no-cache', 'no-store', 'no-store, no-transform']
  expect(headers.get('cache-control'), `${what}: Cache-Control`).to.be.oneOf(kept)
  expect(headers.get('vary'), `${what}: Vary`).to.equal('Authorization, On-Behalf-Of, Origin')
}

/** A refusal repeats no credential and no query, and no answer the credential that asked for it. */
const checkConfidence = ({ target, requestHeaders, status, headers, body }: Exchange, what: string) => {
  const confidences = confidencesIn(target, requestHeaders)
  confide(...confidences)
  const query = target.split('?')[1]
  const answer = [body, ...headers.values()].join('\n')
  const told = confidences.filter((secret) => (status >= 400 || secret !== query) && answer.includes(secret))
  expect(told, `${what} repeats what it was told in confidence`).to.deep.equal([])
}

/** What an answer itself confides, and what it says of the service. */
const hearAnswer = (id: string, { method, status, body }: Exchange) => {
  if (method === 'HEAD' || status >= 300) return
  if (id === 'createKey') confide((JSON.parse(body) as { readonly secret: string }).secret)
  // A sample without its value.
  if (id === 'getMetrics') for (const line of body.split('\n')) hear(line.replace(/ \S+$/, ''))
}

/** A request that was answered with success must have been as documented. */
const checkRequest = (
  template: string,
  operation: Record<string, unknown>,
  values: Map<string, string>,
  exchange: Exchange,
) => {
  const query = new URL(exchange.target, 'http://x').searchParams
  const parameters = [
    ...((document.paths[template]?.['parameters'] as unknown[] | undefined) ?? []),
    ...((operation['parameters'] as unknown[] | undefined) ?? []),
  ].map((parameter) => resolve<ParameterObject>(parameter))
  for (const parameter of parameters) {
    const given =
      parameter.in === 'path'
        ? values.get(parameter.name)
        : parameter.in === 'query'
          ? query.getAll(parameter.name)
          : exchange.requestHeaders?.[parameter.name.toLowerCase()]
    const texts = [given ?? []].flat()
    if (texts.length === 0) continue
    const { type, items } = resolve<{ type?: string; items?: object }>(parameter.schema)
    const isInteger = resolve<{ type?: string }>(items ?? { type }).type === 'integer'
    const read = texts.map((text) => (isInteger && isWholeNumber(text) ? Number(text) : text))
    check(parameter.schema, type === 'array' ? read : read[0], `parameter ${parameter.name}`)
  }
  const body = resolve<{ content: Record<string, { schema: object }> } | undefined>(operation['requestBody'])
  if (body) check(body.content['application/json']?.schema ?? {}, exchange.requestBody, 'the request body')
}

const checkResponse = (response: ResponseObject, exchange: Exchange, what: string) => {
  const { headers, body, method } = exchange
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const { required, schema } = resolve<{ required?: boolean; schema: { type?: string } }>(header)
    const value = headers.get(name)
    if (value === null) expect(required ?? false, `${what} lacks the header ${name}`).to.equal(false)
    else
      check(schema, resolve<{ type?: string }>(schema).type === 'integer' ? Number(value) : value, `${what}: ${name}`)
  }
  if (method === 'HEAD') return
  const types = Object.keys(response.content ?? {})
  if (types.length === 0) return void expect(body, `${what} has a body`).to.equal('')
  const type = (headers.get('content-type') ?? '').split(';')[0] ?? ''
  expect(types, `${what} has the content type ${type}`).to.include(type)
  const schema = response.content?.[type]?.schema
  if (schema) check(schema, type.endsWith('json') ? JSON.parse(body) : body, what)
}

/**
 * Fails unless the exchange is as `openapi.yaml` says, and remembers that it was seen, unless it was seen by chance: what
 * another run may not see is not exercised.
 */
export const record = (exchange: Exchange, isByChance = false): void => {
  const { method, target, status, headers, body } = exchange
  const path = target.split('?')[0] ?? ''
  const found = find(path)
  const what = `${method} ${target} → ${status}`

  expect(headers.get('x-request-id'), `${what} lacks X-Request-Id`).to.be.a('string')
  checkSecurity(exchange, what)
  checkConfidence(exchange, what)
  if (status >= 400) expect(headers.get('content-type'), what).to.equal('application/problem+json')
  if (status >= 400)
    expect(body, `${what} leaks internals`).to.not.match(/node_modules|\bat \w+ \(|\bselect .* from\b/i)

  const verb = (method === 'HEAD' ? 'get' : method).toLowerCase()
  const operation = found && (document.paths[found.template]?.[verb] as Record<string, unknown> | undefined)
  if (!found || !operation) {
    if (found && status === 204) expect(method).to.equal('OPTIONS')
    else if (found && status === 405) {
      const methods = documented(found.template).map((name) => name.toUpperCase())
      const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
      expect(headers.get('allow')?.split(', '), what).to.have.members(allow)
    } else if (found === undefined && path.startsWith('/docs/')) expect(status).to.be.oneOf([200, 404])
    else expect(status, what).to.be.oneOf([400, 404, 408, 417, 421, 431])
    if (status >= 400 && method !== 'HEAD') check(PROBLEM, JSON.parse(body), what)
    return
  }

  const responses = operation['responses'] as Record<string, unknown>
  const response = resolve<ResponseObject>(
    responses[String(status)] ?? (status >= 400 ? responses['default'] : undefined),
  )
  expect(response, `${what} is not documented`).to.be.an('object')
  checkResponse(response, exchange, what)
  checkPrivacy(operation, exchange, what)
  if (status < 300) {
    const values = found.names.map((name, index) => [name, decodeURIComponent(found.match?.[index + 1] ?? '')] as const)
    checkRequest(found.template, operation, new Map(values), exchange)
  }
  hearAnswer(String(operation['operationId']), exchange)
  if (!isByChance) seen.add(`${String(operation['operationId'])} ${status}`)
}
