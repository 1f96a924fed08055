import * as E from 'fp-ts/lib/Either.js'
import type { Signal } from '../../application/ports/signals.ts'
import { UserId } from '../../domain/caller.ts'
import { ChatId, MessagePosition } from '../../domain/identity.ts'
import { MAX_PAYLOAD } from './notifications.ts'

/** Raised when what is written means something else than it did. Kinds may be added without: others pass them over. */
const VERSION = 1

const written = (signal: Signal): string =>
  JSON.stringify(
    signal.kind === 'typing'
      ? [signal.kind, signal.chatId, signal.userId]
      : [signal.kind, signal.chatId, signal.userId, signal.readMessageId],
  )

/** `[1,"sender",["typing",7,"ada"],["read",7,"bob",3]]`, as many as it takes. Ids are ASCII, so a character is a byte. */
export const payloadsOf = (sender: string, signals: readonly Signal[]): readonly string[] => {
  const start = JSON.stringify([VERSION, sender]).slice(0, -1)
  const payloads: string[] = []
  let payload = start
  for (const signal of signals) {
    const next = `,${written(signal)}`
    if (payload.length + next.length >= MAX_PAYLOAD) {
      payloads.push(`${payload}]`)
      payload = start
    }
    payload += next
  }
  return payload === start ? payloads : [...payloads, `${payload}]`]
}

const parsed = (payload: string): unknown => {
  try {
    return JSON.parse(payload)
  } catch {
    return undefined
  }
}

const signalOf = (entry: unknown): Signal | undefined => {
  if (!Array.isArray(entry)) return undefined
  const [kind, chat, user, message] = entry as readonly unknown[]
  if (typeof chat !== 'number' || typeof user !== 'string') return undefined
  const [chatId, userId] = [ChatId.parse(chat), UserId.parse(user)]
  if (E.isLeft(chatId) || E.isLeft(userId)) return undefined
  const of = { chatId: chatId.right, userId: userId.right }
  if (kind === 'typing') return { kind, ...of }
  if (kind !== 'read' || typeof message !== 'number') return undefined
  const readMessageId = MessagePosition.parse(message)
  return E.isRight(readMessageId) ? { kind, ...of, readMessageId: readMessageId.right } : undefined
}

/** What others than the sender say in a payload; nothing in one that is malformed or of another version. */
export const heardIn = (sender: string, payload: string): readonly Signal[] => {
  const content = parsed(payload)
  if (!Array.isArray(content)) return []
  const [version, from, ...entries] = content as readonly unknown[]
  if (version !== VERSION || from === sender) return []
  return entries.flatMap((entry) => signalOf(entry) ?? [])
}
