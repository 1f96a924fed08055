import * as E from 'fp-ts/lib/Either.js'
import { type Caller, reaches } from '../caller.ts'
import type { ChatId } from '../identity.ts'
import type { Member } from './member.ts'
import type { ChatNotFound } from './not-found.ts'
import type { Decision, Outcome } from './scene.ts'

/** Whether the caller may know that the chat is there, given its own membership in it. */
export const sees = (caller: Caller, chatId: ChatId, member: Member | undefined): boolean =>
  reaches(caller, chatId) && (caller.kind === 'service' || member !== undefined)

/**
 * The decision as the caller may make it: to whoever may not see the chat it is not there, before anything else is
 * decided, or told of what was done before.
 */
export const decidedBy =
  <Refused, A extends Outcome>(caller: Caller, decision: Decision<Refused, A>): Decision<Refused | ChatNotFound, A> =>
  (scene) =>
    sees(caller, scene.chat.id, scene.member)
      ? decision(scene)
      : E.left({ kind: 'ChatNotFound', chatId: scene.chat.id })
