import type { ChatId, MessageId } from '../identity.ts'

export interface ChatNotFound {
  readonly kind: 'ChatNotFound'
  readonly chatId: ChatId
}

/** Never posted, or deleted since; the two are not told apart. */
export interface MessageNotFound {
  readonly kind: 'MessageNotFound'
  readonly chatId: ChatId
  readonly messageId: MessageId
}
