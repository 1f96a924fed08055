import { gunzipSync } from 'node:zlib'
import { record } from './recorder.ts'

export interface Answer<Body = never> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed JSON of the answer; its shape was held against openapi.yaml. */
  readonly json: Body
}

export interface ChatBody {
  readonly id: number
  readonly title: string
  readonly created_at: string
  readonly updated_at: string
  readonly last_message_id: number
  readonly messages: readonly MessageBody[]
}
export interface MessageBody {
  readonly id: number
  readonly chat_id: number
  readonly text: string
  readonly created_at: string
  readonly edited_at: string | null
}
export interface ProblemBody {
  readonly type: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly errors?: readonly { readonly pointer?: string; readonly parameter?: string; readonly code: string }[]
}

type Sent = Omit<RequestInit, 'body' | 'headers'> & {
  readonly body?: string | Uint8Array
  readonly headers?: Record<string, string>
}

/** What a body says, if it says anything: tests also send what cannot be read. */
const meaningOf = ({ body, headers }: Sent): unknown => {
  if (body === undefined) return undefined
  const bytes = Buffer.from(body)
  try {
    return JSON.parse((headers?.['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString())
  } catch {
    return bytes
  }
}

/** An HTTP client of one server. Every exchange is held against openapi.yaml and remembered. */
export const clientOf = (url: string) => {
  const request = async <Body = ProblemBody>(
    method: string,
    target: string,
    init: Sent = {},
  ): Promise<Answer<Body>> => {
    const response = await fetch(url + target, { method, redirect: 'manual', ...init })
    const text = await response.text()
    const { status, headers } = response
    const requestBody = meaningOf(init)
    record({ method, target, requestHeaders: init.headers, requestBody, status, headers, body: text })
    const isJson = /json/.test(headers.get('content-type') ?? '') && method !== 'HEAD'
    return { status, headers, text, json: (isJson ? JSON.parse(text) : undefined) as Body }
  }

  const withJson =
    (method: string) =>
    <Body = ProblemBody>(target: string, value: unknown, headers: Record<string, string> = {}) =>
      request<Body>(method, target, {
        body: JSON.stringify(value),
        headers: { 'content-type': 'application/json', ...headers },
      })

  return {
    url,
    request,
    get: <Body = ProblemBody>(target: string, headers: Record<string, string> = {}) =>
      request<Body>('GET', target, { headers }),
    delete: (target: string, headers: Record<string, string> = {}) => request('DELETE', target, { headers }),
    post: withJson('POST'),
    patch: withJson('PATCH'),
  }
}

export type Client = ReturnType<typeof clientOf>

/** A new chat's path without a trailing slash. */
export const aChatOn = async (client: Client, title = 'Release party'): Promise<string> =>
  `/chats/${(await client.post<ChatBody>('/chats/', { title })).json.id}`
