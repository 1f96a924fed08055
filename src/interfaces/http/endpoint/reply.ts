import type { ServerResponse } from 'node:http'
import { contextOf, type RequestContext } from './request-context.ts'
import { CONSOLE_SECURITY, DATA_SECURITY, PAGE_SECURITY } from './security.ts'

/** What an endpoint answers with, as a value. */
export interface Reply {
  readonly status: number
  /** Of `Location` and `Link`, paths as the contract has them: what they stand below is added when they are sent. */
  readonly headers?: Readonly<Record<string, string>>
  readonly type?: string
  readonly body?: string | Buffer
  /** A page, or what a page is made of: it may do more in a browser than data may. */
  readonly isPage?: boolean
  /** The console, or what it is made of: it may do less than a page. */
  readonly isConsole?: boolean
  /** Takes the response over in place of a body. */
  readonly stream?: (res: ServerResponse) => void
}

export const JSON_TYPE = 'application/json; charset=utf-8'
export const HTML_TYPE = 'text/html; charset=utf-8'
export const PROBLEM_TYPE = 'application/problem+json'

/** JSON that is written already. */
export const jsonText = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  type: JSON_TYPE,
  body,
})

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply =>
  jsonText(status, JSON.stringify(value), headers)

export const noContent: Reply = { status: 204 }

/** Of an answer that goes by who asks, and whether from a page of another origin. */
const VARYING = [...DATA_SECURITY, 'Vary', 'Authorization, On-Behalf-Of, Origin']

/** A cache of many keeps no such answer; one's own asks, with its tag, before it uses it. */
const PRIVATE = [...VARYING, 'Cache-Control', 'private, no-cache']

/** The fields that every answer has, before its own, which may say themselves how long it may be kept. */
const fieldsOf = ({ id, isPrivate, originFields }: RequestContext, { isPage, isConsole, headers }: Reply): string[] => {
  const saysHowLong = headers?.['Cache-Control'] !== undefined
  const ofData = isPrivate ? (saysHowLong ? VARYING : PRIVATE) : DATA_SECURITY
  const ofPage = isConsole ? CONSOLE_SECURITY : PAGE_SECURITY
  const fields = [...(isPage || isConsole ? ofPage : ofData), 'X-Request-Id', id]
  if (originFields) fields.push(...originFields)
  return fields
}

/** The value of a field as it reads from outside, where the service stands below a path. */
const placed = (basePath: string, name: string, value: string): string => {
  if (name === 'Location') return basePath + value
  return name === 'Link' ? value.replaceAll('</', `<${basePath}/`) : value
}

/** Writes the head as one list of names and values, which spares Node a table of them. */
export const send = (res: ServerResponse, reply: Reply): void => {
  const { status, headers, type, body, stream } = reply
  const context = contextOf(res)
  const { basePath } = context
  const fields = fieldsOf(context, reply)
  for (const name in headers) {
    const value = headers[name] ?? ''
    fields.push(name, basePath === '' ? value : placed(basePath, name, value))
  }
  if (type !== undefined) fields.push('Content-Type', type)
  if (body !== undefined) fields.push('Content-Length', String(Buffer.byteLength(body)))
  res.writeHead(status, fields)
  if (stream) return stream(res)
  res.end(body)
}
