import type { SeenEntry, SeenMessage } from './foreseen.ts'

interface Tagged {
  readonly metadata: unknown
}

/** A message and an entry as answers show them. */
interface MessageBody extends Tagged {
  readonly id: number
  readonly author: string | null
  readonly text: string
  readonly reply_to: number | null
  readonly reactions: readonly { readonly reaction: string; readonly count: number }[]
}
interface ChatBody extends Tagged {
  readonly id: number
  readonly title: string
  readonly visibility: string
  readonly last_message_id: number
}
interface EntryBody {
  readonly chat: ChatBody
  readonly role: string
  readonly read_message_id: number
  readonly unread: number
  readonly last_message: MessageBody | null
}

const tagIn = ({ metadata }: Tagged) => (metadata as { readonly tag?: number }).tag ?? 0

/** `unknown`, for views are typed by what they are made of. */
export const seenMessage = (view: unknown): SeenMessage => {
  const message = view as MessageBody
  const { id, author, text, reply_to: replyTo, reactions } = message
  const counts = reactions.map(({ reaction, count }) => [reaction, count] as const)
  return { id, author, text, replyTo, tag: tagIn(message), reactions: counts }
}

export const seenEntry = (view: unknown): SeenEntry => {
  const { chat, role, read_message_id: marker, unread, last_message: lastMessage } = view as EntryBody
  return {
    chat: chat.id,
    title: chat.title,
    visibility: chat.visibility,
    tag: tagIn(chat),
    last: chat.last_message_id,
    role,
    marker,
    unread,
    lastMessage: lastMessage && seenMessage(lastMessage),
  }
}
