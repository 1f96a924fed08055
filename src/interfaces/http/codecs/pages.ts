import * as E from 'fp-ts/lib/Either.js'
import type { ChatId, ChatPosition, KeyId, KeyPosition, MessageId, MessagePosition } from '../../../domain/identity.ts'
import { codec } from './codec.ts'
import { between, oneOf, REPEATED, wholeNumber } from './rules.ts'

/** How many entries one page has at the most, and by default. */
export const PAGE_LIMIT = { LOW: 1, HIGH: 100, DEFAULT: 20 }

export const PageLimitCodec = codec('PageLimit', wholeNumber(between(PAGE_LIMIT.LOW, PAGE_LIMIT.HIGH)), String)
export const OrderCodec = codec('Order', oneOf('asc', 'desc'), String)

/** A place in a list, and the side of it to read: the nearest entries before it, or the nearest after it. */
export type PageCursor<Before, After> =
  { readonly side: 'before'; readonly id: Before } | { readonly side: 'after'; readonly id: After }

/** The greatest id that a cursor spells: fifteen digits. No list gets there. */
export const LAST_PLACE = 999_999_999_999_999

const CURSOR = /^(?:before-[1-9][0-9]{0,14}|after-(?:0|[1-9][0-9]{0,14}))$/

/** Whatever fits the pattern is within the bounds of both kinds of id. */
const pageCursor = <Before extends number, After extends number>(name: string) =>
  codec<PageCursor<Before, After>>(
    name,
    (sent) => {
      if (Array.isArray(sent)) return REPEATED
      if (typeof sent !== 'string' || !CURSOR.test(sent)) return E.left('malformed: must be the cursor of a link')
      const [side, id] = sent.split('-')
      return E.right({ side, id: Number(id) } as PageCursor<Before, After>)
    },
    ({ side, id }) => `${side}-${id}`,
  )

export const ChatCursorCodec = pageCursor<ChatId, ChatPosition>('ChatCursor')
export const MessageCursorCodec = pageCursor<MessageId, MessagePosition>('MessageCursor')
export const KeyCursorCodec = pageCursor<KeyId, KeyPosition>('KeyCursor')
