import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { MessageText } from '../../../domain/chat/message.ts'
import { Reaction } from '../../../domain/chat/reaction.ts'
import { MessageId, MessagePosition } from '../../../domain/identity.ts'
import { Metadata } from '../../../domain/metadata.ts'
import { codec } from './codec.ts'
import { number, object, orNull, REPEATED, text, wholeNumber } from './rules.ts'

export const MessageTextCodec = codec('MessageText', text(MessageText.parse), String)
export const MessageIdCodec = codec('MessageId', wholeNumber(MessageId.parse), String)
export const MessagePositionCodec = codec('MessagePosition', wholeNumber(MessagePosition.parse), String)
export const ReplyToCodec = codec('ReplyTo', orNull(number(MessageId.parse)), (id) => id)
export const MetadataCodec = codec('Metadata', object(Metadata.parse), (metadata) => metadata as object)
/** Of a path or of a query. */
export const ReactionCodec = codec<Reaction>(
  'Reaction',
  (sent) => {
    if (Array.isArray(sent)) return REPEATED
    if (typeof sent !== 'string') return E.left('required: is missing')
    return pipe(
      Reaction.parse(sent),
      E.mapLeft(() => `malformed: must be ${Reaction.RULE}`),
    )
  },
  String,
)
