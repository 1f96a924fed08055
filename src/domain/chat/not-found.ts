import type { UserId } from '../caller.ts'
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

/** Never a member, or not any more. */
export interface MemberNotFound {
  readonly kind: 'MemberNotFound'
  readonly chatId: ChatId
  readonly userId: UserId
}
