import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { ChatTitle, NewChat } from '../src/domain/chat/chat.ts'
import type { ChatId, MessageId, MessagePosition } from '../src/domain/identity.ts'
import { type Fingerprint, type IdempotencyKey, type Intent, keptKeyOf } from '../src/domain/intent.ts'
import type { MessageText } from '../src/domain/chat/message.ts'
import { ANYBODY, type Caller, type User, type UserId } from '../src/domain/caller.ts'

/** The value of a success; fails the test with the refusal otherwise. */
export const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either))
    throw new Error(`expected a success, got ${JSON.stringify(either.left)}`, { cause: either.left })
  return either.right
}

/** The refusal of a failure; fails the test with the value otherwise. */
export const left = <Refused>(either: E.Either<Refused, unknown>): Refused => {
  if (E.isRight(either)) throw new Error(`expected a refusal, got ${JSON.stringify(either.right)}`)
  return either.left
}

export const aTitle = (title = 'Release party') => title as ChatTitle
export const aText = (text = 'Shall we ship it?') => text as MessageText
export const aChatId = (id = 1) => id as ChatId
export const aMessageId = (id = 1) => id as MessageId
export const aPosition = (id = 0) => id as MessagePosition

/** The whole numbers from 1. */
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

export const NOON = new Date('2026-03-14T12:00:00.000Z')
export const later = (milliseconds: number, from = NOON) => new Date(from.getTime() + milliseconds)

export const aNewChat = (title = 'Release party', at = NOON): NewChat => ({ title: aTitle(title), at })

/** A user, by itself. */
export const aUser = (id: string): User => ({ kind: 'user', id: id as UserId })

/** An intention that nobody had before. */
export const anIntent = (caller: Caller = ANYBODY): Intent => {
  const key = randomUUID() as IdempotencyKey
  return { key, keptKey: keptKeyOf(caller, key), fingerprint: randomUUID() as Fingerprint }
}
