import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, UserId } from '../../domain/caller.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { MarkerDecision, Reading } from '../../domain/chat/reading.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Unavailable } from './failures.ts'

export interface MarkerAddress {
  readonly chatId: ChatId
  readonly userId: UserId
}

export interface Marked {
  readonly reading: Reading
  /** Whether the marker stands elsewhere than before. */
  readonly moved: boolean
}

/**
 * Where the read markers of members are kept. A marker is set to the chat's last message when its user joins, each time, and
 * to the message when its user sends one, together with that: no reader sees the one without the other. Moving one takes no
 * revision of the chat.
 */
export interface Markers {
  /**
   * Runs the decision on what is known of the chat, the caller and the member, and keeps what it comes to as one atomic step:
   * the member is one when the marker is moved. The decision may run more than once; the last run counts.
   */
  readonly decide: <Refused>(
    caller: Caller,
    address: MarkerAddress,
    decision: MarkerDecision<Refused>,
  ) => TE.TaskEither<Refused | ChatNotFound | Unavailable, Marked>
}
