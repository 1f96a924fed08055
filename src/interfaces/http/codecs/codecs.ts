import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import { ChatTitle } from '../../../domain/chat/chat.ts'
import {
  ChatId,
  ChatPosition,
  type IdentityError,
  MessageId,
  MessagePosition,
  Revision,
} from '../../../domain/identity.ts'
import { MessageText } from '../../../domain/chat/message.ts'
import type { TextError } from '../../../domain/visible-text.ts'

/** A codec's message is the rule's stable code, a colon and what the rule asks for, in words. */
const message = (error: TextError | IdentityError): string => {
  switch (error.kind) {
    case 'TextBlank':
      return 'blank: must contain more than white space'
    case 'TextTooLong':
      return `too_long: must be at most ${error.limit} characters (Unicode code points) once trimmed`
    case 'TextMalformed':
      return 'malformed: must be well-formed Unicode without U+0000'
    case 'TextInvisible':
      return 'invisible: must contain at least one visible character'
    case 'OutOfRange':
      return `out_of_range: must be from ${error.low} to ${error.high}`
  }
}

/** A codec whose rule lives in the domain. The wire form is the value itself. */
const text = <A extends string>(name: string, parse: (raw: string) => E.Either<TextError, A>) =>
  new t.Type<A, string, unknown>(
    name,
    (u): u is A => typeof u === 'string' && E.isRight(parse(u)),
    (u, context) =>
      typeof u !== 'string'
        ? t.failure(u, context, u === undefined ? 'required: is missing' : 'wrong_type: must be a string')
        : pipe(
            parse(u),
            E.match((error) => t.failure(u, context, message(error)), t.success),
          ),
    (value) => value,
  )

const WHOLE_NUMBER = /^(?:0|-?[1-9][0-9]*)$/

/** Path and query parameters are text; this reads whole numbers in their one decimal spelling, within bounds. */
const wholeNumber = <A extends number>(name: string, parse: (raw: number) => E.Either<IdentityError, A>) =>
  new t.Type<A, string, unknown>(
    name,
    (u): u is A => typeof u === 'number' && E.isRight(parse(u)),
    (u, context) => {
      if (Array.isArray(u)) return t.failure(u, context, 'repeated: must be given once')
      if (typeof u !== 'string' || !WHOLE_NUMBER.test(u))
        return t.failure(u, context, 'not_a_whole_number: must be a whole number in decimal digits')
      return pipe(
        parse(Number(u)),
        E.match((error) => t.failure(u, context, message(error)), t.success),
      )
    },
    String,
  )

const between = (low: number, high: number) => (raw: number) =>
  raw >= low && raw <= high ? E.right(raw) : E.left<IdentityError>({ kind: 'OutOfRange', low, high })

const option = <A extends string>(name: string, ...options: readonly A[]) =>
  new t.Type<A, string, unknown>(
    name,
    (u): u is A => options.includes(u as A),
    (u, context) => {
      if (Array.isArray(u)) return t.failure(u, context, 'repeated: must be given once')
      return options.includes(u as A)
        ? t.success(u as A)
        : t.failure(u, context, `not_an_option: must be one of ${options.join(', ')}`)
    },
    (value) => value,
  )

/** A parameter that may be left out. */
export const optional = <A>(codec: t.Type<A, string>) =>
  new t.Type<A | undefined, string | undefined, unknown>(
    codec.name,
    (u): u is A | undefined => u === undefined || codec.is(u),
    (u, context) => (u === undefined ? t.success(undefined) : codec.validate(u, context)),
    (value) => (value === undefined ? undefined : codec.encode(value)),
  )

/** How many entries one page has at the most, and by default. */
export const PAGE_LIMIT = { LOW: 1, HIGH: 100, DEFAULT: 20 }

export const ChatTitleCodec = text('ChatTitle', ChatTitle.parse)
export const MessageTextCodec = text('MessageText', MessageText.parse)
export const ChatIdCodec = wholeNumber('ChatId', ChatId.parse)
export const ChatPositionCodec = wholeNumber('ChatPosition', ChatPosition.parse)
export const MessageIdCodec = wholeNumber('MessageId', MessageId.parse)
export const MessagePositionCodec = wholeNumber('MessagePosition', MessagePosition.parse)
export const PageLimitCodec = wholeNumber('PageLimit', between(PAGE_LIMIT.LOW, PAGE_LIMIT.HIGH))
export const RevisionCodec = wholeNumber('Revision', Revision.parse)
export const OrderCodec = option('Order', 'asc', 'desc')

/** Chats followed over one connection. */
export const MAX_FOLLOWED = 100

/** One or more chat ids, each a parameter of its own; a chat named twice counts once. */
export const ChatIdsCodec = new t.Type<readonly ChatId[], readonly string[], unknown>(
  'ChatIds',
  (u): u is readonly ChatId[] => Array.isArray(u),
  (u, context) => {
    if (u === undefined) return t.failure(u, context, 'required: is missing')
    const given: unknown[] = Array.isArray(u) ? u : [u]
    if (given.length > MAX_FOLLOWED)
      return t.failure(u, context, `too_many: must be given at most ${MAX_FOLLOWED} times`)
    const ids = new Set<ChatId>()
    for (const one of given) {
      const id = ChatIdCodec.validate(one, context)
      if (E.isLeft(id)) return id
      ids.add(id.right)
    }
    return t.success([...ids])
  },
  (ids) => ids.map(String),
)
