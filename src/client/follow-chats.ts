import type { Connection } from './connection.ts'
import { type ChatEvent, eventOf, isFormerMember } from './events.ts'
import { follow } from './follow.ts'

/** Which stream, and the chats that it tells of. */
interface FollowedChats {
  readonly target: string
  readonly chatIds: readonly number[]
  /** Whether a stream that resumes tells of the chats that are gone; otherwise it is not found. */
  readonly tellsOfGone: boolean
  readonly signal: AbortSignal | undefined
  readonly onConnection: ((isConnected: boolean) => void) | undefined
}

/** Whether a stream may end with the event because it took the chat out of the caller's sight. */
const mayHideChat = (event: ChatEvent | undefined): boolean =>
  event?.type === 'member'
    ? isFormerMember(event.member)
    : event?.type === 'chat' && event.chat.visibility === 'private'

/** Follows until every chat is gone or the signal aborts. */
export const followChats = (
  connection: Connection,
  { target, chatIds, tellsOfGone, signal, onConnection }: FollowedChats,
): AsyncGenerator<ChatEvent, void> => {
  const left = new Set(chatIds)
  const ofEach = (type: 'chat_deleted' | 'chat_restored') =>
    Array.from(left, (chat_id): ChatEvent => ({ type, chat_id, position: undefined }))

  return follow<ChatEvent>(connection, {
    target,
    signal,
    onConnection,
    read: (block) => {
      const event = eventOf(block)
      if (event?.type === 'chat_deleted') left.delete(event.chat_id)
      return event
    },
    isOver: () => left.size === 0,
    // What was told last may be that the chat went out of sight. Otherwise one that was there when the stream began, and is
    // not when it resumes, was deleted in between, or hidden.
    gone: (last) => (tellsOfGone || mayHideChat(last) ? [] : ofEach('chat_deleted')),
    restored: () => ofEach('chat_restored'),
  })
}
