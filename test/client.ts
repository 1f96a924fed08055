import { gunzipSync } from 'node:zlib'
import type { Chat, FieldError, ParameterError, Problem } from '../src/client/schemas.ts'
import { record } from './recorder.ts'
import { noticing } from './unseen-refusals.ts'

export interface Answer<Body = never> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed JSON of the answer; its shape was held against openapi.yaml. */
  readonly json: Body
}

export type { ChatWithMessages as ChatBody, Message as MessageBody } from '../src/client/schemas.ts'

/** A problem, its errors of either kind: a test names the member that it expects. */
export type ProblemBody = Omit<Problem, 'errors'> & {
  readonly errors?: readonly Partial<FieldError & ParameterError>[]
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

/**
 * An HTTP client of one server. Every exchange is held against openapi.yaml and remembered, and a test fails that takes no
 * notice of a refusal. With `patience`, no request waits longer than so many milliseconds. What is seen `byChance` is not
 * exercised by it.
 */
export const clientOf = (url: string, patience?: number, byChance = false) => {
  const limited = () => (patience === undefined ? {} : { signal: AbortSignal.timeout(patience) })

  const request = async <Body = ProblemBody>(
    method: string,
    target: string,
    init: Sent = {},
  ): Promise<Answer<Body>> => {
    const response = await fetch(url + target, { method, redirect: 'manual', ...limited(), ...init })
    const text = await response.text()
    const { status, headers } = response
    const requestBody = meaningOf(init)
    record({ method, target, requestHeaders: init.headers, requestBody, status, headers, body: text }, byChance)
    const isJson = /json/.test(headers.get('content-type') ?? '') && method !== 'HEAD'
    const json = (isJson ? JSON.parse(text) : undefined) as Body
    return noticing(`${method} ${target}`, { status, headers, text, json })
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
export const aChatOn = async (client: Client, title = 'Release party', more: object = {}): Promise<string> =>
  `/chats/${(await client.post<Chat>('/chats/', { title, ...more })).json.id}`

/** One that everybody may see, by whoever the headers are for. */
export const aPublicChatOn = async (client: Client, headers: Record<string, string>): Promise<string> =>
  `/chats/${(await client.post<Chat>('/chats/', { title: 'Release party', visibility: 'public' }, headers)).json.id}`
