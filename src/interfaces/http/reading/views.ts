import type { InboxEntry, UnreadTotal } from '../../../application/ports/inboxes.ts'
import type { Reading } from '../../../domain/chat/reading.ts'
import type { View } from '../chats/view.ts'
import { chatView, messageView } from '../chats/views.ts'

export const readingView = ({ chatId, userId, readMessageId, unread }: Reading): View<Reading> => ({
  chat_id: chatId,
  user_id: userId,
  read_message_id: readMessageId,
  unread,
})

export const unreadView = ({ chats, messages }: UnreadTotal): View<UnreadTotal> => ({ chats, messages })

type Shown = Omit<InboxEntry, 'userId'>

/** Whose inbox it is says the path. */
export const inboxEntryView = ({ chat, role, readMessageId, unread, lastMessage }: Shown) =>
  ({
    chat: chatView(chat),
    role,
    read_message_id: readMessageId,
    unread,
    last_message: lastMessage && messageView(lastMessage),
  }) satisfies Record<keyof View<Shown>, unknown>
