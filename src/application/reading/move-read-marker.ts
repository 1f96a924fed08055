import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { ChatNotFound, MemberNotFound } from '../../domain/chat/not-found.ts'
import { type MarkerAhead, moveMarker, type Reading } from '../../domain/chat/reading.ts'
import type { MessagePosition } from '../../domain/identity.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { MarkerAddress, Markers } from '../ports/markers.ts'
import type { Signals } from '../ports/signals.ts'

export interface MoveReadMarkerCommand extends MarkerAddress {
  readonly messageId: MessagePosition
  /** Whether the marker must not go back. */
  readonly forward: boolean
}

export type MoveReadMarkerError = ChatNotFound | MemberNotFound | Forbidden | MarkerAhead | Unavailable

export type MoveReadMarker = (
  caller: Caller,
  command: MoveReadMarkerCommand,
) => TE.TaskEither<MoveReadMarkerError, Reading>

/** Those who are there are told when the marker stands elsewhere than before. */
export const moveReadMarker =
  (markers: Markers, signals: Signals): MoveReadMarker =>
  (caller, { chatId, userId, messageId, forward }) =>
    pipe(
      markers.decide(caller, { chatId, userId }, moveMarker(caller, { userId, messageId, forward })),
      TE.map(({ reading, moved }) => {
        if (moved) signals.send({ kind: 'read', chatId, userId, readMessageId: reading.readMessageId })
        return reading
      }),
    )
