import * as E from 'fp-ts/lib/Either.js'
import { type ChatId, MessagePosition } from '../../../domain/identity.ts'
import { codec } from './codec.ts'
import { flag, number, REPEATED } from './rules.ts'

export const ReadMessageIdCodec = codec('ReadMessageId', number(MessagePosition.parse), (id) => id)
export const ForwardCodec = codec('Forward', flag, (forward) => forward)

/** Where an entry stands in an inbox: by when its chat was last active, then by the chat. */
export interface InboxPlace {
  readonly activeAt: Date
  readonly chatId: ChatId
}

/** Milliseconds since 1970, up to the year 5138, and the chat; all of them are times and ids. */
const PLACE = /^(?:0|[1-9][0-9]{0,13})-[1-9][0-9]{0,14}$/

export const InboxPlaceCodec = codec<InboxPlace>(
  'InboxPlace',
  (sent) => {
    if (Array.isArray(sent)) return REPEATED
    if (typeof sent !== 'string' || !PLACE.test(sent)) return E.left('malformed: must be the place of a link')
    const [activeAt = 0, chatId] = sent.split('-').map(Number)
    return E.right({ activeAt: new Date(activeAt), chatId: chatId as ChatId })
  },
  ({ activeAt, chatId }) => `${activeAt.getTime()}-${chatId}`,
)
