import type * as told from './openapi.ts'
import type { Chat, CurrentMember, FormerMember, Message, Tombstone } from './schemas.ts'
import type { Block } from './server-sent-events.ts'
import { tagged } from './etag.ts'

/**
 * Something that happened in a chat, told as the state it left: put it in the place of what you have. `position` is where
 * to resume after it; undefined: where you would have resumed before it.
 */
export type ChatEvent =
  /** A backup was restored, and takes back what was told: forget what you have of the chat, it is told from its beginning. */
  | { readonly type: 'chat_restored'; readonly chat_id: number; readonly position: undefined }
  | { readonly type: 'message'; readonly message: Message | Tombstone; readonly position: string | undefined }
  | { readonly type: 'member'; readonly member: CurrentMember | FormerMember; readonly position: string | undefined }
  | { readonly type: 'chat'; readonly chat: Chat; readonly position: string | undefined }
  /** The chat was deleted; or the caller, who was away, may not see it any more. */
  | { readonly type: 'chat_deleted'; readonly chat_id: number; readonly position: string | undefined }
  /** A user types, and has stopped when nothing more was told of it for 5 seconds. Only live, to members and services. */
  | ({ readonly type: 'typing'; readonly position: undefined } & told.TypingEvent['data'])
  /** A member has read up to there. Only live, to members and services; not for who sends a message. */
  | ({ readonly type: 'read'; readonly position: undefined } & told.ReadEvent['data'])

/** Whether the message was deleted: then it has no text any more. */
export const isTombstone = (message: Message | Tombstone): message is Tombstone => 'deleted_at' in message

/** Whether the membership ended: who left or was removed. */
export const isFormerMember = (member: CurrentMember | FormerMember): member is FormerMember => 'removed_at' in member

/** The event that a block tells of; undefined when it is none, or one of a kind that came later than this client. */
export const eventOf = ({ event, data, id: position }: Block): ChatEvent | undefined => {
  if (data === undefined) return undefined
  switch (event) {
    case 'message': {
      const message = JSON.parse(data) as told.MessageEvent['data']
      const isRevision = position !== undefined && /^\d+$/.test(position)
      return { type: 'message', message: tagged(message, isRevision ? `"${position}"` : null), position }
    }
    case 'member':
      return { type: 'member', member: JSON.parse(data) as told.MemberEvent['data'], position }
    case 'chat':
      return { type: 'chat', chat: JSON.parse(data) as told.ChatEvent['data'], position }
    case 'chat_deleted':
      return { type: 'chat_deleted', chat_id: (JSON.parse(data) as told.ChatDeletedEvent['data']).id, position }
    case 'typing':
      return { type: 'typing', ...(JSON.parse(data) as told.TypingEvent['data']), position: undefined }
    case 'read':
      return { type: 'read', ...(JSON.parse(data) as told.ReadEvent['data']), position: undefined }
    default:
      return undefined
  }
}
