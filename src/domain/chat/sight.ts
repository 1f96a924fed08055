import * as E from 'fp-ts/lib/Either.js'
import type { Caller } from '../caller.ts'
import type { Membership } from './member.ts'
import type { ChatNotFound } from './not-found.ts'
import { mayDo, type Seeable, standingOf } from './permissions.ts'
import type { Decision, Outcome } from './scene.ts'

/** Whether the caller may know that the chat is there, given what is known of its own membership in it. */
export const sees = (caller: Caller, chat: Seeable, membership: Membership | undefined): boolean =>
  mayDo(standingOf(caller, chat, membership), 'read')

/**
 * The decision as the caller may make it: to whoever may not see the chat it is not there, before anything else is
 * decided, or told of what was done before.
 */
export const decidedBy =
  <Refused, A extends Outcome>(caller: Caller, decision: Decision<Refused, A>): Decision<Refused | ChatNotFound, A> =>
  (scene) =>
    sees(caller, scene.chat, scene.membership)
      ? decision(scene)
      : E.left({ kind: 'ChatNotFound', chatId: scene.chat.id })
