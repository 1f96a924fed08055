import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import { type Chat, type ChatTitle, distinct, type Visibility } from '../../domain/chat/chat.ts'
import type { Appointment, FounderRepeated } from '../../domain/chat/member.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { Metadata } from '../../domain/metadata.ts'
import type { Intent, KeyReused, Once } from '../../domain/intent.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface CreateChatCommand {
  readonly title: ChatTitle
  readonly visibility?: Visibility | undefined
  readonly metadata?: Metadata | undefined
  readonly members?: readonly Appointment[] | undefined
  readonly intent?: Intent | undefined
}

export type CreateChatError = ChatNotFound | FounderRepeated | KeyReused | Unavailable

export type CreateChat = (caller: Caller, command: CreateChatCommand) => TE.TaskEither<CreateChatError, Once<Chat>>

export const createChat =
  (chats: Chats, clock: Clock): CreateChat =>
  (caller, { intent, ...said }) => {
    const draft = { ...said, at: clock.now() }
    const refusal = distinct(caller, draft)
    return E.isLeft(refusal) ? TE.left(refusal.left) : chats.add(caller, draft, intent)
  }
