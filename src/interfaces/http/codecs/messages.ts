import { MessageText } from '../../../domain/chat/message.ts'
import { MessageId, MessagePosition } from '../../../domain/identity.ts'
import { codec } from './codec.ts'
import { text, wholeNumber } from './rules.ts'

export const MessageTextCodec = codec('MessageText', text(MessageText.parse), String)
export const MessageIdCodec = codec('MessageId', wholeNumber(MessageId.parse), String)
export const MessagePositionCodec = codec('MessagePosition', wholeNumber(MessagePosition.parse), String)
