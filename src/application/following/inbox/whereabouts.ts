import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId, MessagePosition, Revision } from '../../../domain/identity.ts'
import type { Unavailable } from '../../ports/failures.ts'
import type { Inboxes } from '../../ports/inboxes.ts'

/** Where each chat of a user stands, and its marker in it. */
export type Whereabouts = ReadonlyMap<ChatId, { readonly marker: MessagePosition; readonly revision: Revision }>

export const NOWHERE: Whereabouts = new Map()

export const whereabouts = (inboxes: Inboxes, userId: UserId): TE.TaskEither<Unavailable, Whereabouts> =>
  pipe(
    inboxes.markersOf([userId]),
    TE.flatMap((markers) =>
      pipe(
        inboxes.heads(markers.map(({ chatId }) => chatId)),
        TE.map((heads) => {
          const found = markers.flatMap(({ chatId, readMessageId: marker }) => {
            const head = heads.get(chatId)
            return head ? [[chatId, { marker, revision: head.revision }] as const] : []
          })
          return new Map(found)
        }),
      ),
    ),
  )

/** Those of the chats that stand elsewhere than they did, or are new. */
export const movedOf = (chatIds: readonly ChatId[], before: Whereabouts, now: Whereabouts): readonly ChatId[] =>
  chatIds.filter((chatId) => {
    const [one, other] = [before.get(chatId), now.get(chatId)]
    return !one || one.marker !== other?.marker || one.revision !== other.revision
  })
