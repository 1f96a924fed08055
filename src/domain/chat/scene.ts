import type * as E from 'fp-ts/lib/Either.js'
import type { Done } from '../intent.ts'
import type { Chat } from './chat.ts'
import type { Membership } from './member.ts'
import type { Reacting } from './reaction.ts'
import type { Message, Posting, Tombstone } from './message.ts'

/** What a decision about a chat looks at, as it was at one moment. */
export interface Scene {
  readonly chat: Chat
  /** What is known of whoever asks in the chat; undefined when it never was a member, or is no user. */
  readonly membership: Membership | undefined
  /** The message that the request is about; undefined when it was never posted, or was deleted. */
  readonly message: Message | undefined
  /** The message that the request answers; undefined when it was never posted, or was deleted. */
  readonly replied: Message | undefined
  /** Whether whoever asks reacted to the message as the request says. */
  readonly reacted: boolean
  /** What is known of the user whose membership the request is about, and who is there besides. */
  readonly target: Membership | undefined
  readonly others: Others
  /** What was done under the request's key before. */
  readonly done: Done<Posting> | undefined
}

/** Who belongs to a chat besides one user. */
export interface Others {
  readonly owner: boolean
  /** Whatever its role. */
  readonly member: boolean
}

export const NOBODY_ELSE: Others = { owner: false, member: false }

/** What a decision comes to: the chat as it becomes, and what became of one of its messages. */
export interface Outcome {
  /** At the revision it had, nothing changes. Undefined: the chat goes, with everything in it. */
  readonly chat: Chat | undefined
  readonly message?: Message | Tombstone
  /** Or of one of its memberships. */
  readonly member?: Membership
  /** What becomes of somebody's reaction to the message. */
  readonly reacting?: Reacting
}

/** A rule, applied: a pure function of the scene, so that a store may run it again on a later one. */
export type Decision<Refused, A extends Outcome> = (scene: Scene) => E.Either<Refused, A>
