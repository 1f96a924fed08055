import type { InboxBatch, InboxEvent, ToldEntry } from '../../../application/following/inbox/inbox-event.ts'
import type { InboxHead, Moment } from '../../../application/ports/inboxes.ts'
import { chatView, messageView } from '../chats/views.ts'
import { bodyOf, inPieces, withId } from '../events/event-frames.ts'
import type { Piece } from '../events/piece.ts'
import { momentWord } from './inbox-moment.ts'

/** What all users see of an entry is written once for all of them. */
const writtenHead = ({ chat, lastMessage }: InboxHead) => ({
  chat: JSON.stringify(chatView(chat)),
  lastMessage: JSON.stringify(lastMessage && messageView(lastMessage)),
})

/** The JSON of `inboxEntryView`, in the order of its fields. */
export const entryJson = ({ head, own: { role, readMessageId, unread } }: Pick<ToldEntry, 'head' | 'own'>): string => {
  const { chat, lastMessage } = head(writtenHead)
  const own = `"role":"${role}","read_message_id":${readMessageId},"unread":${unread}`
  return `{"chat":${chat},${own},"last_message":${lastMessage}}`
}

const blockOf = (event: InboxEvent): string => {
  switch (event.kind) {
    case 'chats':
      return bodyOf('chats', JSON.stringify({ chat_ids: event.chatIds }))
    case 'entry':
      return bodyOf('entry', entryJson(event))
    case 'removed':
      return bodyOf('entry_removed', JSON.stringify({ chat_id: event.chatId }))
  }
}

/** Only with its last event a batch has been told. */
export const batchFrames = ({ events, before, after }: InboxBatch): readonly Piece[] => {
  const idAt = (index: number): Moment => (index === events.length - 1 ? after : before)
  return inPieces(events.map((event, index) => withId(momentWord(idAt(index)), blockOf(event))))
}
