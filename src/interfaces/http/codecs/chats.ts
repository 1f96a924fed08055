import { ChatTitle } from '../../../domain/chat/chat.ts'
import { ChatId, ChatPosition, Revision } from '../../../domain/identity.ts'
import { codec } from './codec.ts'
import { several, text, wholeNumber } from './rules.ts'

/** Chats followed over one connection. */
export const MAX_FOLLOWED = 100

const chatId = wholeNumber(ChatId.parse)

export const ChatTitleCodec = codec('ChatTitle', text(ChatTitle.parse), String)
export const ChatIdCodec = codec('ChatId', chatId, String)
export const ChatIdsCodec = codec('ChatIds', several(chatId, MAX_FOLLOWED), (ids) => ids.map(String))
export const ChatPositionCodec = codec('ChatPosition', wholeNumber(ChatPosition.parse), String)
export const RevisionCodec = codec('Revision', wholeNumber(Revision.parse), String)
