import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Journal, Sight } from '../ports/journal.ts'
import type { Batch } from './batch.ts'
import type { Told } from './happening.ts'
import { readBatch } from './read-batch.ts'
import { type Seen, seenOf, seenOfHidden } from './seen-changes.ts'

/** Looks up whether the follower became a member, where nothing but that would let it see what is in the batch. */
export const seenNow = async (
  journal: Journal,
  caller: Caller,
  sight: Sight,
  batch: Batch,
): Promise<Seen | { readonly failure: unknown }> => {
  const hidden = seenOfHidden(caller, sight, batch)
  if (!hidden) return seenOf(caller, sight, batch)
  const { id } = sight.chat
  const sights = await TE.tryCatch(journal.sights(caller, [id]), (defect) => defect)()
  if (E.isLeft(sights)) return { failure: sights.left }
  if (E.isLeft(sights.right)) return { failure: sights.right.left.cause }
  return sights.right.right.has(id) ? seenOf(caller, sight, batch) : hidden
}

type CaughtUp = Told | 'went back' | { readonly failure: unknown }

export const caughtUp = async (journal: Journal, chatId: ChatId, cursor: Revision): Promise<CaughtUp> => {
  const page = await TE.tryCatch(readBatch(journal, chatId, cursor), (defect) => defect)()
  if (E.isLeft(page)) return { failure: page.left }
  if (E.isRight(page.right)) {
    const { batch } = page.right.right
    // More is remembered than there is.
    return batch.upTo === cursor ? 'went back' : { kind: 'changed', chatId, batch, live: false }
  }
  const { left } = page.right
  switch (left.kind) {
    case 'ChatNotFound':
      return { kind: 'removed', chatId }
    case 'ChatWentBack':
      return 'went back'
    case 'Unavailable':
      return { failure: left.cause }
  }
}
