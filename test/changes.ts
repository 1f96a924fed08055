import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY } from '../src/domain/caller.ts'
import type { Ask, Chats } from '../src/application/ports/chats.ts'
import type { Unavailable } from '../src/application/ports/failures.ts'
import type { Chat } from '../src/domain/chat/chat.ts'
import { change, close } from '../src/domain/chat/chat-decisions.ts'
import { edit, erase, post } from '../src/domain/chat/message-decisions.ts'
import type { ChatNotFound } from '../src/domain/chat/not-found.ts'
import type { Decision, Outcome } from '../src/domain/chat/scene.ts'
import type { ChatId, MessageId, Revision } from '../src/domain/identity.ts'
import type { Intent } from '../src/domain/intent.ts'
import { aText, aTitle, later, NOON } from './fixtures.ts'

/*
 * Changes through the write port, with what the decisions ask for, as the use cases make them.
 */

const expecting = (expected: readonly number[] | undefined) => ({
  expected: expected as readonly Revision[] | undefined,
})

export const send = (chats: Chats, chatId: ChatId, text = 'hello', at = NOON, intent?: Intent) =>
  chats.decide(ANYBODY, { chatId, intent }, post(ANYBODY, { text: aText(text) }, at, intent))()

export const editMessage = (
  chats: Chats,
  chatId: ChatId,
  id: number,
  text: string,
  at = later(1000),
  expected?: readonly number[],
) => {
  const messageId = id as MessageId
  return chats.decide(
    ANYBODY,
    { chatId, messageId },
    edit(ANYBODY, { messageId, text: aText(text), at, ...expecting(expected) }),
  )()
}

export const eraseMessage = (
  chats: Chats,
  chatId: ChatId,
  id: number,
  at = later(2000),
  expected?: readonly number[],
) => {
  const messageId = id as MessageId
  return chats.decide(ANYBODY, { chatId, messageId }, erase(ANYBODY, { messageId, at, ...expecting(expected) }))()
}

export const renameChat = (chats: Chats, chatId: ChatId, title: string, at = NOON, expected?: readonly number[]) =>
  chats.decide(ANYBODY, { chatId }, change(ANYBODY, { title: aTitle(title), at, ...expecting(expected) }))()

export const removeChat = (chats: Chats, chatId: ChatId, expected?: readonly number[]) =>
  chats.decide(ANYBODY, { chatId }, close(ANYBODY, expected as readonly Revision[] | undefined))()

const NOT_TODAY = { kind: 'NotToday' as const }

export const refusing: Decision<typeof NOT_TODAY, Outcome> = () => E.left(NOT_TODAY)

export const failing: Decision<never, Outcome> = () => {
  throw new TypeError('a defect')
}

/** A refusal is decided like anything else. */
export const refuse = (chats: Chats, ask: Ask) => chats.decide(ANYBODY, ask, refusing)()

/** The chat as it is now. */
export const findChat = async (chats: Chats, id: ChatId): Promise<E.Either<ChatNotFound | Unavailable, Chat>> =>
  E.map(({ chat }: { chat: Chat }) => chat)(await chats.messages(ANYBODY, id, { limit: 1 })())
