import { type Client, isProblem, type Message } from '../client/index.ts'
import { laterThan, type Letter } from './letter.ts'
import { type Store, storeOf } from './store.ts'

/** Who sends, and what it sent that has not arrived yet, by chat. */
interface Sender {
  readonly client: Pick<Client, 'sendMessage'>
  readonly letters: Map<number, Store<readonly Letter[]>>
}

export interface Outbox {
  readonly letters: Store<readonly Letter[]>
  readonly send: (text: string, replyTo: number | undefined, after: number) => void
  readonly retry: (letter: Letter) => void
  readonly discard: (letter: Letter) => void
}

/** Sends what was written, and keeps what could not be sent. `sent` hears of what was. */
export const outboxOf = (sender: Sender, chatId: number, sent: (message: Message) => void): Outbox => {
  const { client, letters: kept } = sender
  const letters = kept.get(chatId) ?? storeOf<readonly Letter[]>([])
  kept.set(chatId, letters)
  const set = (key: string, changed: Pick<Letter, 'state' | 'why'>) =>
    letters.change((all) => all.map((one) => (one.key === key ? { ...one, ...changed } : one)))
  const discard = ({ key }: Letter) => letters.change((all) => all.filter((one) => one.key !== key))

  const post = async (letter: Letter) => {
    const { key, text, replyTo } = letter
    try {
      const body = { text, ...(replyTo !== undefined && { reply_to: replyTo }) }
      const message = await client.sendMessage(chatId, body, { idempotencyKey: key })
      sent(message)
      discard(letter)
      letters.change((all) => all.map((one) => laterThan(one, message)))
    } catch (error) {
      set(key, { state: 'failed', why: isProblem(error) ? error.problem.detail : undefined })
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
      set(letter.key, { state: 'sending', why: undefined })
      void post(letter)
    },
    discard,
  }
}
