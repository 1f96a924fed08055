import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from '../../src/client/schemas.ts'
import type { Client } from '../client.ts'
import { allMessages, isUnanswered } from './http.ts'

export interface Senders {
  /** Messages acknowledged so far. */
  readonly acknowledged: () => number
  /** Lets every sender finish the message it is at. */
  readonly stop: () => Promise<void>
  /** Holds the chat against what was acknowledged. To be asked after `stop`. */
  readonly verify: () => Promise<void>
}

const SENDERS = 4

/** Several clients that each send one message after another, a new text each time, and go on whatever happens. */
export const sendInto = (client: Client, chat: string): Senders => {
  const acknowledged: Message[] = []
  /** Texts whose fate the client does not know: they may be there or not. */
  const unknown = new Set<string>()
  const unexpected: string[] = []
  let stopped = false

  const send = async (text: string) => {
    try {
      const { status, json, text: body } = await client.post<Message>(`${chat}/messages/`, { text })
      if (status === 201) return void acknowledged.push(json)
      // A 503 says "not done, or not known": the connection may break while the transaction commits.
      if (status !== 503) unexpected.push(`${status} ${body}`)
    } catch (error) {
      if (!isUnanswered(error)) unexpected.push(String(error))
    }
    unknown.add(text)
    await sleep(20)
  }

  const senders = Array.from({ length: SENDERS }, async (_, sender) => {
    for (let n = 1; !stopped; n++) await send(`${sender}:${n}`)
  })

  return {
    acknowledged: () => acknowledged.length,
    stop: async () => {
      stopped = true
      await Promise.all(senders)
    },
    verify: async () => {
      assert.deepEqual(unexpected, [], 'answers other than 201 and 503')
      const stored = await allMessages(client, chat)
      assert.deepEqual(
        stored.map(({ id }) => id),
        stored.map((_, index) => index + 1),
        'numbers are 1, 2, 3 … without a gap',
      )
      const texts = new Map(stored.map(({ id, text }) => [text, id]))
      assert.equal(texts.size, stored.length, 'no message is there twice')
      for (const { id, text } of acknowledged) {
        assert.equal(texts.get(text), id, `message ${id} (${text}) was acknowledged and must be there`)
        texts.delete(text)
      }
      for (const text of texts.keys()) assert.ok(unknown.has(text), `nobody sent ${text}`)
      for (let sender = 0; sender < SENDERS; sender++) {
        const sent = stored
          .filter(({ text }) => text.startsWith(`${sender}:`))
          .map(({ text }) => Number(text.split(':')[1]))
        assert.deepEqual(
          sent,
          sent.toSorted((a, b) => a - b),
          `the messages of sender ${sender} are in order`,
        )
      }
    },
  }
}
