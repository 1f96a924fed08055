import type { ServerResponse } from 'node:http'

/** What an endpoint answers with, as a value. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly type?: string
  readonly body?: string
  /** Takes the response over in place of a body. */
  readonly stream?: (res: ServerResponse) => void
}

export const JSON_TYPE = 'application/json; charset=utf-8'
export const PROBLEM_TYPE = 'application/problem+json'

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  type: JSON_TYPE,
  body: JSON.stringify(value),
})

export const noContent: Reply = { status: 204 }

export const send = (res: ServerResponse, { status, headers = {}, type, body, stream }: Reply): void => {
  for (const name in headers) res.setHeader(name, headers[name] ?? '')
  if (body !== undefined) {
    if (type !== undefined) res.setHeader('Content-Type', type)
    res.setHeader('Content-Length', Buffer.byteLength(body))
  }
  res.statusCode = status
  if (stream) return stream(res)
  res.end(body)
}
