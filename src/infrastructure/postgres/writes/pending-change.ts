import * as E from 'fp-ts/lib/Either.js'
import type { Unavailable } from '../../../application/ports/failures.ts'
import type { ChatNotFound } from '../../../domain/chat/not-found.ts'
import type { ChatId, MessageId } from '../../../domain/identity.ts'
import type { Intent } from '../../../domain/intent.ts'
import type { Decision, Draft } from './draft.ts'

/** A change that somebody waits for. */
export interface Member {
  readonly chatId: ChatId
  readonly messageId?: MessageId
  readonly intent?: Intent | undefined
  readonly decide: Decision
  /** When it came, in milliseconds of `performance.now()`. */
  readonly since: number
  /** How often what it was decided on had changed before it could be kept. */
  lost: number
  readonly resolve: (answer: E.Either<unknown, unknown>) => void
  readonly reject: (defect: unknown) => void
}

/** What became of members of one chat: how to tell them once it is true, and those who have to come again. */
export interface Verdict {
  readonly tell: () => void
  readonly later: readonly Member[]
}

/** Lets the members decide one after another. One that throws harms nobody else. */
export const decideInTurn = (draft: Draft, members: readonly Member[]): Verdict => {
  const answers: (() => void)[] = []
  const later: Member[] = []
  for (const member of members) {
    try {
      const answer = member.decide(draft)
      if (answer) answers.push(() => member.resolve(answer))
      else later.push(member)
    } catch (defect) {
      answers.push(() => member.reject(defect))
    }
  }
  return { tell: () => answers.forEach((answer) => answer()), later }
}

export const notFound = (chatId: ChatId, members: readonly Member[]): Verdict => ({
  tell: () => members.forEach(({ resolve }) => resolve(E.left<ChatNotFound>({ kind: 'ChatNotFound', chatId }))),
  later: [],
})

export const unavailable = (members: readonly Member[], cause: unknown): void =>
  members.forEach(({ resolve }) => resolve(E.left<Unavailable>({ kind: 'Unavailable', cause })))
