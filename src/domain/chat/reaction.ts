import * as E from 'fp-ts/lib/Either.js'
import type { UserId } from '../caller.ts'
import type { ChatId, MessageId } from '../identity.ts'
import { isVisible, longerThan } from '../visible-text.ts'

declare const brand: unique symbol

/**
 * What somebody answers a message with, without a message: mostly an emoji, or a word of the application. Compared as it is
 * written, and never normalised.
 */
export type Reaction = string & { readonly [brand]: 'Reaction' }

type ReactionError = { readonly kind: 'ReactionMalformed' }

const LONGEST = 32
/** What ECMAScript or Unicode calls white space, which differ in U+FEFF and U+0085; and U+0000, which PostgreSQL does not keep. */
const KEPT_OUT = /[\s\x85\0]/
/** No URL can carry these as a segment of its path (RFC 3986, section 5.2.4). */
const DOTS = new Set(['.', '..'])

export const Reaction = {
  /** Code points. */
  LIMIT: LONGEST,
  /** What `parse` asks for, in words. */
  RULE: `1 to ${LONGEST} code points of well-formed Unicode without white space or U+0000, at least one of them visible; not . or ..`,
  parse: (raw: string): E.Either<ReactionError, Reaction> =>
    raw.isWellFormed() && !KEPT_OUT.test(raw) && !longerThan(LONGEST, raw) && isVisible(raw) && !DOTS.has(raw)
      ? E.right(raw as Reaction)
      : E.left({ kind: 'ReactionMalformed' }),
}

/** Different reactions on one message. */
export const MOST_REACTIONS = 20

/** How many users reacted so. At least one. */
export interface ReactionCount {
  readonly reaction: Reaction
  readonly count: number
}

/** In the order of their first use; one that nobody has any more begins anew. */
export type ReactionCounts = readonly ReactionCount[]

export const NO_REACTIONS: ReactionCounts = Object.freeze([])

/** Who reacted how to which message. */
export interface OwnReaction {
  readonly chatId: ChatId
  readonly messageId: MessageId
  readonly userId: UserId
  readonly reaction: Reaction
}

/** What a decision changes of who reacted. */
export interface Reacting extends OwnReaction {
  /** Whether the reaction is there from now on, or gone. */
  readonly isThere: boolean
}

/** The message has as many different reactions as it may have. */
export interface TooManyReactions {
  readonly kind: 'TooManyReactions'
  readonly limit: number
}

/** The user did not react so, or took it back. */
export interface ReactionNotFound {
  readonly kind: 'ReactionNotFound'
  readonly messageId: MessageId
  readonly reaction: Reaction
}

/** One more. */
export const counted = (counts: ReactionCounts, reaction: Reaction): E.Either<TooManyReactions, ReactionCounts> => {
  if (counts.some((one) => one.reaction === reaction))
    return E.right(counts.map((one) => (one.reaction === reaction ? { reaction, count: one.count + 1 } : one)))
  if (counts.length >= MOST_REACTIONS) return E.left({ kind: 'TooManyReactions', limit: MOST_REACTIONS })
  return E.right([...counts, { reaction, count: 1 }])
}

/** One less. */
export const discounted = (counts: ReactionCounts, reaction: Reaction): ReactionCounts =>
  counts.flatMap((one) => {
    if (one.reaction !== reaction) return [one]
    return one.count > 1 ? [{ reaction, count: one.count - 1 }] : []
  })
