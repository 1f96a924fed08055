import * as E from 'fp-ts/lib/Either.js'
import type { Unavailable } from '../../../application/ports/failures.ts'
import type { ChatNotFound } from '../../../domain/chat/not-found.ts'
import type { PendingChange } from './pending-change.ts'

type Changes = readonly PendingChange[]

export const answerNotFound = (changes: Changes): void => {
  for (const { ask, resolve } of changes) resolve(E.left<ChatNotFound>({ kind: 'ChatNotFound', chatId: ask.chatId }))
}

export const answerUnavailable = (changes: Changes, cause: unknown): void => {
  for (const { resolve } of changes) resolve(E.left<Unavailable>({ kind: 'Unavailable', cause }))
}
