import type { Caller, UserId } from '../../../domain/caller.ts'
import { sees } from '../../../domain/chat/sight.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { MEMBER, memberOf } from '../database/rows.ts'

/** Whose membership a reading shows beside a chat; nobody's, for a service. */
export const viewerOf = (caller: Caller): UserId | null => (caller.kind === 'user' ? caller.id : null)

/** Selects the viewer's membership of a chat `c`: all null where there is none. */
export const VIEWER = MEMBER
export const viewedBy = (viewer: string): string => `left join members u on u.chat_id = c.id and u.user_id = ${viewer}`

/** Whether the caller sees the chat, given the row that says whether it is a member, and where in the row. */
export const isSeen = (caller: Caller, chatId: ChatId, row: readonly unknown[], from: number): boolean =>
  sees(caller, chatId, row[from] === null || row[from] === undefined ? undefined : memberOf(row, from))
