import { setTimeout as sleep } from 'node:timers/promises'

export interface Chat {
  readonly id: number
  readonly last_message_id: number
  readonly messages: readonly Message[]
}

export interface Message {
  readonly id: number
  readonly text: string
  readonly edited_at: string | null
}

export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Body
}

const PATIENCE_MS = 10_000

export const call = async <Body = unknown>(method: string, url: string, body?: unknown): Promise<Answer<Body>> => {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson ? JSON.parse(text) : undefined) as Body,
  }
}

/** Waits until it holds; says what it waited for when it never does. */
export const until = async (what: string, seconds: number, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`)
    await sleep(50)
  }
}

export const isReady = (url: string): Promise<boolean> =>
  call('GET', `${url}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )

/** Every message of the chat, oldest first, page after page. */
export const allMessages = async (chat: string): Promise<readonly Message[]> => {
  const all: Message[] = []
  for (;;) {
    const { status, json } = await call<readonly Message[]>(
      'GET',
      `${chat}/messages/?order=asc&limit=100&after=${all.at(-1)?.id ?? 0}`,
    )
    if (status !== 200) throw new Error(`a page of messages was answered with ${status}`)
    all.push(...json)
    if (json.length < 100) return all
  }
}
