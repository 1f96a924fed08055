import * as E from 'fp-ts/lib/Either.js'

declare const brand: unique symbol

export type IdentityError = { readonly kind: 'OutOfRange'; readonly low: number; readonly high: number }

/** Every whole number up to here is exact in JSON readers that use IEEE 754 doubles (RFC 8259, section 6). */
export const GREATEST = Number.MAX_SAFE_INTEGER

const wholeNumberFrom =
  <A extends number>(low: number) =>
  (raw: number): E.Either<IdentityError, A> =>
    Number.isSafeInteger(raw) && raw >= low ? E.right(raw as A) : E.left({ kind: 'OutOfRange', low, high: GREATEST })

/** Global identity of a chat, given by the store; never reused. 1 to 2^53 − 1. */
export type ChatId = number & { readonly [brand]: 'ChatId' }
export const ChatId = { LOW: 1, parse: wholeNumberFrom<ChatId>(1) }

/** Identity of a chat, or 0 for the place before the first. A page cursor. */
export type ChatPosition = ChatId | (number & { readonly [brand]: 'ChatPosition' })
export const ChatPosition = { LOW: 0, parse: wholeNumberFrom<ChatPosition>(0) }

/** Number of a message within its chat: 1, 2, 3 … without gaps, never reused. 1 to 2^53 − 1. */
export type MessageId = number & { readonly [brand]: 'MessageId' }
export const MessageId = { LOW: 1, parse: wholeNumberFrom<MessageId>(1) }

/** Number of a message, or 0 for the place before the first. A page cursor. */
export type MessagePosition = MessageId | (number & { readonly [brand]: 'MessagePosition' })
export const MessagePosition = {
  LOW: 0,
  START: 0 as MessagePosition,
  parse: wholeNumberFrom<MessagePosition>(0),
}

/** Number of an accepted change of a chat: 1, 2, 3 … without gaps; 0 when the chat was just opened. */
export type Revision = number & { readonly [brand]: 'Revision' }
export const Revision = { LOW: 0, START: 0 as Revision, parse: wholeNumberFrom<Revision>(0) }

/** Identity of an API key, given by the store; never reused. 1 to 2^53 − 1. Not the secret, and no secret. */
export type KeyId = number & { readonly [brand]: 'KeyId' }
export const KeyId = { LOW: 1, parse: wholeNumberFrom<KeyId>(1) }

/** Identity of an API key, or 0 for the place before the first. A page cursor. */
export type KeyPosition = KeyId | (number & { readonly [brand]: 'KeyPosition' })
export const KeyPosition = { LOW: 0, parse: wholeNumberFrom<KeyPosition>(0) }
