import { isProblem, type Message } from '../client/index.ts'
import type { Session } from './session.ts'
import { type Store, storeOf } from './store.ts'

/** A message on its way. Its key names the intention: sent again with it, it is done once. */
export interface Letter {
  readonly key: string
  readonly text: string
  readonly replyTo: number | undefined
  /** The last message that was there when it was written. */
  readonly after: number
  readonly state: 'sending' | 'failed'
  /** Why it failed; undefined when nobody said. */
  readonly why: string | undefined
}

export interface Outbox {
  readonly letters: Store<readonly Letter[]>
  readonly send: (text: string, replyTo: number | undefined, after: number) => void
  readonly retry: (letter: Letter) => void
  readonly discard: (letter: Letter) => void
}

/** Sends what was written, and keeps what could not be sent. `sent` hears of what was. */
export const outboxOf = ({ client }: Session, chatId: number, sent: (message: Message) => void): Outbox => {
  const letters = storeOf<readonly Letter[]>([])
  const set = (changed: Letter) => letters.change((all) => all.map((one) => (one.key === changed.key ? changed : one)))
  const discard = ({ key }: Letter) => letters.change((all) => all.filter((one) => one.key !== key))

  const post = async (letter: Letter) => {
    const { key, text, replyTo } = letter
    try {
      const body = { text, ...(replyTo !== undefined && { reply_to: replyTo }) }
      sent(await client.sendMessage(chatId, body, { idempotencyKey: key }))
      discard(letter)
    } catch (error) {
      set({ ...letter, state: 'failed', why: isProblem(error) ? error.problem.detail : undefined })
    }
  }

  return {
    letters,
    send: (text, replyTo, after) => {
      const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
      const letter: Letter = { key, text, replyTo, after, state: 'sending', why: undefined }
      letters.change((all) => [...all, letter])
      void post(letter)
    },
    retry: (letter) => {
      const again: Letter = { ...letter, state: 'sending', why: undefined }
      set(again)
      void post(again)
    },
    discard,
  }
}

/** Whether the letter is in the chat already: an event may tell of it before its answer comes, or in place of it. */
export const hasArrived = (
  { text, after }: Letter,
  messages: readonly { readonly id: number; readonly author: string | null; readonly text?: string }[],
  user: string | undefined,
): boolean => messages.some((one) => one.id > after && one.author === (user ?? null) && one.text === text.trim())
