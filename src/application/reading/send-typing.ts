import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Caller, type Forbidden, userOf } from '../../domain/caller.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import { typing } from '../../domain/chat/reading.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Journal } from '../ports/journal.ts'
import type { Signals } from '../ports/signals.ts'

export interface SendTypingCommand {
  readonly chatId: ChatId
}

export type SendTypingError = ChatNotFound | Forbidden | Unavailable

export type SendTyping = (caller: Caller, command: SendTypingCommand) => TE.TaskEither<SendTypingError, undefined>

/** Tells whoever is there that the caller types. What it stands on is looked up each time: who was removed types no more. */
export const sendTyping =
  (journal: Pick<Journal, 'sights'>, signals: Pick<Signals, 'send'>): SendTyping =>
  (caller, { chatId }) =>
    pipe(
      journal.sights(caller, [chatId]),
      TE.flatMapEither((sights): E.Either<SendTypingError, undefined> => {
        const sight = sights.get(chatId)
        return sight ? typing(caller, sight.chat, sight.membership) : E.left({ kind: 'ChatNotFound', chatId })
      }),
      TE.tap(() => {
        const userId = userOf(caller)
        if (userId !== null) signals.send({ kind: 'typing', chatId, userId })
        return TE.right(undefined)
      }),
    )
