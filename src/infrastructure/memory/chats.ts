import * as E from 'fp-ts/lib/Either.js'
import type { Chats, Once, Posting } from '../../application/ports/chats.ts'
import type { Journal } from '../../application/ports/journal.ts'
import { messagePage } from '../../application/ports/page.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import * as Chat from '../../domain/chat/chat.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import { type Fingerprint, type IdempotencyKey, type Intent, type KeyReused, sameIntent } from '../../domain/intent.ts'
import { isTombstone, type Message, type Tombstone } from '../../domain/chat/message.ts'
import { select } from './select.ts'

interface Entry {
  readonly chat: Chat.Chat
  /** Message n stands at n − 1: numbers have no gaps. */
  readonly messages: (Message | Tombstone)[]
  /** What each revision made, at its own index, as long as nothing later took its place. */
  readonly made: (Message | Tombstone | undefined)[]
  readonly done: Done<Posting>
}

/** What was done under each key. */
type Done<A> = Map<IdempotencyKey, { readonly fingerprint: Fingerprint; readonly result: A }>

/** What was done under the intent's key before, if anything: a replay of it, or a key that means something else. */
const before = <A>(done: Done<A>, intent: Intent | undefined): E.Either<KeyReused, Once<A>> | undefined => {
  const kept = intent && done.get(intent.key)
  return kept && E.map(() => ({ done: kept.result, replayed: true }))(sameIntent(intent, kept.fingerprint))
}

const remember = <A>(done: Done<A>, intent: Intent | undefined, result: A): Once<A> => {
  if (intent) done.set(intent.key, { fingerprint: intent.fingerprint, result })
  return { done: result, replayed: false }
}

/** Keeps everything in one process. JavaScript runs each step to its end, so every step is atomic. */
export const memoryChats = (): Chats & Journal => {
  const entries = new Map<ChatId, Entry>()
  const opened: Done<Chat.Chat> = new Map()
  let lastChatId = 0

  const entry = (id: ChatId): E.Either<ChatNotFound, Entry> =>
    E.fromNullable<ChatNotFound>({ kind: 'ChatNotFound', chatId: id })(entries.get(id))

  const present = ({ messages }: Entry, chatId: ChatId, messageId: MessageId): E.Either<MessageNotFound, Message> => {
    const message = messages[messageId - 1]
    return message && !isTombstone(message) ? E.right(message) : E.left({ kind: 'MessageNotFound', chatId, messageId })
  }

  const keep = ({ messages, made, done }: Entry, { chat, message }: Chat.Outcome) => {
    if (message) {
      const earlier = messages[message.id - 1]
      if (earlier) made[earlier.revision] = undefined
      messages[message.id - 1] = message
      made[message.revision] = message
    }
    entries.set(chat.id, { chat, messages, made, done })
  }

  return {
    add: (draft, intent) => async () => {
      const earlier = before(opened, intent)
      if (earlier) return earlier
      const chat = Chat.open(draft)(++lastChatId as ChatId)
      entries.set(chat.id, { chat, messages: [], made: [], done: new Map() })
      return E.right(remember(opened, intent, chat))
    },

    find: (id) => async () => E.map(({ chat }: Entry) => chat)(entry(id)),

    list: (selection) => async () =>
      E.right(
        select(
          Array.from(entries.values(), ({ chat }) => chat),
          selection,
        ),
      ),

    change: (id, decide) => async () => {
      const found = entry(id)
      if (E.isLeft(found)) return found
      const decision = decide(found.right.chat)
      if (E.isRight(decision)) keep(found.right, decision.right)
      return decision
    },

    post: (id, decide, intent) => async () => {
      const found = entry(id)
      if (E.isLeft(found)) return found
      const earlier = before(found.right.done, intent)
      if (earlier) return earlier
      const decision = decide(found.right.chat)
      if (E.isLeft(decision)) return decision
      keep(found.right, decision.right)
      const { chatId, id: messageId, createdAt, revision } = decision.right.message
      return E.right(remember(found.right.done, intent, { chatId, id: messageId, createdAt, revision }))
    },

    changeMessage: (id, messageId, decide) => async () => {
      const found = entry(id)
      if (E.isLeft(found)) return found
      const message = present(found.right, id, messageId)
      if (E.isLeft(message)) return message
      const decision = decide(found.right.chat, message.right)
      if (E.isRight(decision)) keep(found.right, decision.right)
      return decision
    },

    remove: (id, decide) => async () => {
      const found = entry(id)
      if (E.isLeft(found)) return found
      const decision = decide(found.right.chat)
      if (E.isLeft(decision)) return decision
      entries.delete(id)
      for (const [key, { result }] of opened) if (result.id === id) opened.delete(key)
      return E.right(undefined)
    },

    findMessage: (id, messageId) => async () => {
      const found = entry(id)
      return E.isLeft(found) ? found : present(found.right, id, messageId)
    },

    messages: (id, selection) => async () =>
      E.map(({ chat, messages }: Entry) => messagePage(chat, select(messages, selection, isTombstone)))(entry(id)),

    since: (id, after, limit) => async () =>
      E.map(({ chat, made }: Entry) => {
        const found: (Message | Tombstone)[] = []
        for (let revision = after + 1; revision <= chat.revision && found.length <= limit; revision++) {
          const message = made[revision]
          if (message) found.push(message)
        }
        return { chat, messages: found.slice(0, limit), more: found.length > limit }
      })(entry(id)),

    revisions: (ids) => async () => {
      const found = ids.flatMap((id) => entries.get(id)?.chat ?? [])
      return E.right(new Map(found.map(({ id, revision }) => [id, revision])))
    },
  }
}
