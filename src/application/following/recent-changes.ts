import * as E from 'fp-ts/lib/Either.js'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { ReportFailure } from '../ports/background.ts'
import type { Journal } from '../ports/journal.ts'
import type { Batch } from './batch.ts'
import { bufferFrom, changesAfter, extended } from './change-buffer.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { readBatch } from './read-batch.ts'

/** The newest changes of one chat, read once for everybody who follows it here. */
export interface RecentChanges {
  /** Undefined when nothing happened after the cursor, 'forgotten' when that is longer ago than is remembered. */
  readonly after: (cursor: Revision) => Batch | 'forgotten' | undefined
  readonly ending: () => Ending | undefined
}

/** Why nothing more is read of a chat: it was removed, or went back to an earlier revision. */
export type Ending = 'removed' | 'went back'

export interface ChangeReader extends RecentChanges {
  /** Reads what is new, soon. */
  readonly read: () => void
  /** Whether reading may find anything, if that is the chat's revision; without one the chat may be gone. */
  readonly isElsewhere: (current: Revision | undefined) => boolean
}

/** Where the changes of one chat come from, and who wants to know of them. */
export interface Source {
  readonly journal: Journal
  readonly id: ChatId
  /** Whatever happened until here is not read. */
  readonly revision: Revision
  /** There are new changes, or there will be no more. */
  readonly onNews: () => void
  readonly onFailure: ReportFailure
}

/**
 * Follows the journal of one chat. Until it ends, which is for good, what it knows is the buffer, and only a
 * reading moves that: each begins where the buffer ends, and there is one at a time (see `oneAtATime`), so nothing is
 * added twice or out of order. A reading that
 *
 * - finds changes adds them and tells of them; was there more than a page, it asks for the next reading;
 * - finds no chat, or the chat at an earlier revision than the buffer's end, ends it and tells of that;
 * - fails, or finds the journal unavailable, leaves everything as it was: whoever asks next tries again.
 */
export const changeReader = ({ journal, id, revision, onNews, onFailure }: Source): ChangeReader => {
  let buffer = bufferFrom(revision)
  let ending: Ending | undefined

  const readPage = async () => {
    if (ending) return
    const page = await readBatch(journal, id, buffer.end)()
    if (E.isLeft(page)) {
      if (page.left.kind === 'Unavailable') return onFailure('read', page.left.cause)
      ending = page.left.kind === 'ChatNotFound' ? 'removed' : 'went back'
      return onNews()
    }
    const { batch, more } = page.right
    if (more) read()
    if (batch.changes.length === 0) return
    buffer = extended(buffer, batch)
    onNews()
  }
  const read = oneAtATime(readPage, (defect) => onFailure('read', defect))

  return {
    read,
    isElsewhere: (current) => current !== buffer.end,
    ending: () => ending,
    after: (cursor) => changesAfter(buffer, cursor),
  }
}
