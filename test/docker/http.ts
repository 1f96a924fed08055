import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from '../../src/client/schemas.ts'
import { limits } from '../../src/conformance/limits.ts'
import { type Client, clientOf } from '../client.ts'

const PATIENCE_MS = 10_000

/** A client that gives a request up when the deployment is too slow. */
export const clientAt = (url: string): Client => clientOf(url, PATIENCE_MS)

/**
 * Whether the request was not answered: fetch rejects with a TypeError when the connection breaks, with a DOMException
 * when patience ends. Anything else is an answer that breaks the contract.
 */
export const isUnanswered = (error: unknown): boolean => error instanceof TypeError || error instanceof DOMException

/** Waits until it holds; says what it waited for when it never does. */
export const until = async (what: string, seconds: number, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`)
    await sleep(50)
  }
}

export const isReady = (client: Client): Promise<boolean> =>
  client.get('/readyz').then(
    ({ status }) => status === 200,
    (error: unknown) => {
      if (isUnanswered(error)) return false
      throw error
    },
  )

/** Every message of the chat, oldest first, page after page. */
export const allMessages = async (client: Client, chat: string): Promise<readonly Message[]> => {
  const all: Message[] = []
  for (;;) {
    const page = `${chat}/messages/?order=asc&limit=${limits.page}&after=${all.at(-1)?.id ?? 0}`
    const { status, json } = await client.get<readonly Message[]>(page)
    if (status !== 200) throw new Error(`a page of messages was answered with ${status}`)
    all.push(...json)
    if (json.length < limits.page) return all
  }
}
