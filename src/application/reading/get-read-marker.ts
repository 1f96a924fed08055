import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { ChatNotFound, MemberNotFound } from '../../domain/chat/not-found.ts'
import { marker, type Reading } from '../../domain/chat/reading.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { MarkerAddress, Markers } from '../ports/markers.ts'

export type GetReadMarkerError = ChatNotFound | MemberNotFound | Forbidden | Unavailable

export type GetReadMarker = (caller: Caller, address: MarkerAddress) => TE.TaskEither<GetReadMarkerError, Reading>

export const getReadMarker =
  (markers: Markers): GetReadMarker =>
  (caller, address) =>
    pipe(
      markers.decide(caller, address, marker(caller, address.userId)),
      TE.map(({ reading }) => reading),
    )
