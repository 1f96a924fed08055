import { randomUUID } from 'node:crypto'
import type { Chat, ChatWithMessages, CreateChat, Message, Problem } from '../client/schemas.ts'
import { basePathOf, below } from './base-path.ts'
import { expectMatch, expectSame } from './expectations.ts'
import { type EventReader, eventReader } from './event-reader.ts'

/** What the service answered. */
export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Body
}

/** What is sent beside method and target. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

type Fields = Readonly<Record<string, string>>

/** The service under test. What holds of every answer is checked with every answer. */
export interface Service {
  readonly request: <Body = Problem>(method: string, target: string, sent?: Sent) => Promise<Answer<Body>>
  readonly get: <Body = Problem>(target: string, headers?: Fields) => Promise<Answer<Body>>
  readonly post: <Body = Problem>(target: string, value: unknown, headers?: Fields) => Promise<Answer<Body>>
  readonly patch: <Body = Problem>(target: string, value: unknown, headers?: Fields) => Promise<Answer<Body>>
  readonly put: <Body = Problem>(target: string, value: unknown, headers?: Fields) => Promise<Answer<Body>>
  readonly delete: (target: string, headers?: Fields) => Promise<Answer<Problem>>
  /** Opens an event stream; the caller closes it. */
  readonly follow: (target: string, headers?: Fields) => Promise<EventReader>
  /** The path of a new chat that holds the messages `message 1`, `message 2` and so on. */
  readonly aChat: (messages?: number, opening?: Partial<CreateChat>) => Promise<string>
  /** The same, asked for a user. */
  readonly as: (userId: string) => Service
  /** The same, asked with another credential, or with none. */
  readonly bearing: (token: string | undefined) => Service
}

/** The id of a user whom nobody heard of before. */
export const aUser = (name: string): string => `${name}.${randomUUID()}`

export const numberOf = (chat: string): number => Number(chat.split('/')[2])

export const messageIds = ({ json }: Answer<readonly Message[]>): number[] => json.map(({ id }) => id)

export const lastNumber = async (service: Service, chat: string): Promise<number> =>
  (await service.get<ChatWithMessages>(chat)).json.last_message_id

/** Fails unless the answer is a problem of the kind. */
export const expectProblem = ({ status, json }: Answer<unknown>, expected: number, name: string, what: string): void =>
  expectSame(what, [status, (json as Partial<Problem> | undefined)?.type], [expected, `/problems/${name}`])

const checkAlways = ({ status, headers, json }: Answer<unknown>, method: string, what: string) => {
  expectMatch(`${what}: X-Request-Id`, headers.get('x-request-id'), /./)
  if (status < 400 || method === 'HEAD') return
  expectSame(`${what}: Content-Type`, headers.get('content-type'), 'application/problem+json')
  const problem = json as Problem
  expectSame(`${what}: the problem's status`, problem.status, status)
  expectMatch(`${what}: the problem's type`, problem.type, /^\/problems\/[a-z-]+$/)
  for (const member of ['title', 'detail', 'instance'] as const)
    expectMatch(`${what}: the problem's ${member}`, problem[member], /./)
}

/** How a service is spoken to. */
export interface Connection {
  readonly baseUrl: () => string | Promise<string>
  readonly fetch: typeof globalThis.fetch
  /** How many milliseconds an event may take to come. */
  readonly patience: number
  /** What is shown with every request; undefined: nothing. */
  readonly token: () => string | undefined | Promise<string | undefined>
  /** For whom everything is asked; undefined: for nobody. */
  readonly userId?: string
}

/** A service that one can speak to. */
export const serviceAt = (connection: Connection): Service => {
  const { baseUrl, fetch, patience, userId } = connection

  const shown = async (): Promise<Fields> => {
    const token = await connection.token()
    return {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(userId !== undefined && { 'on-behalf-of': userId }),
    }
  }

  const request = async <Body>(method: string, target: string, sent: Sent = {}) => {
    const headers = { ...(await shown()), ...sent.headers }
    const base = await baseUrl()
    const response = await fetch(base + target, { method, redirect: 'manual', ...sent, headers })
    const text = await response.text()
    const { status } = response
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
    const what = `${method} ${target} → ${status}`
    const read = (isJson ? JSON.parse(text) : undefined) as Body
    const { headersOf, problemOf } = below(basePathOf(base), what)
    const json = isJson && status >= 400 ? (problemOf(read as Problem) as Body) : read
    const answer: Answer<Body> = { status, headers: headersOf(response.headers), text, json }
    checkAlways(answer, method, what)
    return answer
  }

  const withJson =
    (method: string) =>
    <Body>(target: string, value: unknown, headers: Fields = {}) =>
      request<Body>(method, target, {
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(value),
      })
  const post = withJson('POST')

  return {
    request,
    get: (target, headers = {}) => request('GET', target, { headers }),
    delete: (target, headers = {}) => request('DELETE', target, { headers }),
    post,
    patch: withJson('PATCH'),
    put: withJson('PUT'),
    follow: async (target, headers = {}) =>
      eventReader(fetch, (await baseUrl()) + target, { ...(await shown()), ...headers }, patience),
    aChat: async (messages = 0, opening = {}) => {
      const opened = await post<Chat>('/chats/', { title: 'Release party', ...opening })
      expectSame('the status of a new chat', opened.status, 201)
      const chat = `/chats/${opened.json.id}`
      for (let n = 1; n <= messages; n++) await post(`${chat}/messages/`, { text: `message ${n}` })
      return chat
    },
    as: (userId) => serviceAt({ ...connection, userId }),
    bearing: (token) => serviceAt({ ...connection, token: () => token }),
  }
}
