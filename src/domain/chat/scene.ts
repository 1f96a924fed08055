import type * as E from 'fp-ts/lib/Either.js'
import type { Done } from '../intent.ts'
import type { Chat } from './chat.ts'
import type { Member } from './member.ts'
import type { Message, Posting, Tombstone } from './message.ts'

/** What a decision about a chat looks at, as it was at one moment. */
export interface Scene {
  readonly chat: Chat
  /** Who asks, as a member of the chat; undefined when it is none, or no user. */
  readonly member: Member | undefined
  /** The message that the request is about; undefined when it was never posted, or was deleted. */
  readonly message: Message | undefined
  /** What was done under the request's key before. */
  readonly done: Done<Posting> | undefined
}

/** What a decision comes to: the chat as it becomes, and what became of one of its messages. */
export interface Outcome {
  /** At the revision it had, nothing changes. Undefined: the chat goes, with everything in it. */
  readonly chat: Chat | undefined
  readonly message?: Message | Tombstone
}

/** A rule, applied: a pure function of the scene, so that a store may run it again on a later one. */
export type Decision<Refused, A extends Outcome> = (scene: Scene) => E.Either<Refused, A>
