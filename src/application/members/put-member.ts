import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { Appointment } from '../../domain/chat/member.ts'
import { appoint, type LastOwner } from '../../domain/chat/member-decisions.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { ShownMember } from '../../domain/chat/reading.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface PutMemberCommand extends Appointment {
  readonly chatId: ChatId
}

export type PutMemberError = ChatNotFound | Forbidden | LastOwner | Unavailable

export interface MemberPut {
  readonly member: ShownMember
  /** Whether it was no member before. */
  readonly isNew: boolean
}

export type PutMember = (caller: Caller, command: PutMemberCommand) => TE.TaskEither<PutMemberError, MemberPut>

/** Adds the user, or changes its role; a user that puts itself joins. */
export const putMember =
  (chats: Chats, clock: Clock): PutMember =>
  (caller, { chatId, userId, role }) =>
    pipe(
      chats.decide(caller, { chatId, target: userId }, appoint(caller, { userId, role, at: clock.now() })),
      TE.flatMap(({ chat, member, isNew }): TE.TaskEither<PutMemberError, MemberPut> => {
        const shown = (readMessageId: ShownMember['readMessageId']) => ({ member: { ...member, readMessageId }, isNew })
        // Who joins has read everything. The marker of a member is where it was put, by whomever, meanwhile.
        if (isNew) return TE.right(shown(chat.lastMessageId))
        return pipe(
          chats.findMember(caller, chatId, userId),
          TE.map(({ readMessageId }) => shown(readMessageId)),
          // Whoever was removed right after that is shown as it was put.
          TE.orElse((error) => (error.kind === 'Unavailable' ? TE.left(error) : TE.right(shown(null)))),
        )
      }),
    )
