import * as E from 'fp-ts/lib/Either.js'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Journal } from '../ports/journal.ts'
import type { Batch } from './batch.ts'
import { bufferFrom, changesAfter, extended } from './change-buffer.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { readBatch } from './read-batch.ts'

/** The newest changes of one chat, read once for everybody who follows it here. */
export interface RecentChanges {
  /** Undefined when nothing happened after the cursor, 'forgotten' when that is longer ago than is remembered. */
  readonly after: (cursor: Revision) => Batch | 'forgotten' | undefined
  /** Whether the chat was removed. */
  readonly isGone: () => boolean
}

export interface ChangeReader extends RecentChanges {
  /** Reads what is new, soon. */
  readonly read: () => void
  /** Whether there is something to read, if that is the chat's revision; without one the chat may be gone. */
  readonly isBehind: (current: Revision | undefined) => boolean
}

/** Where the changes of one chat come from, and who wants to know of them. */
export interface Source {
  readonly journal: Journal
  readonly id: ChatId
  /** Whatever happened until here is not read. */
  readonly revision: Revision
  /** There are new changes, or the chat is gone. */
  readonly onNews: () => void
  readonly onDefect: (defect: unknown) => void
}

/**
 * Follows the journal of one chat. Until the chat is gone, which is for good, what it knows is the buffer, and only a
 * reading moves that: each begins where the buffer ends, and there is one at a time (see `oneAtATime`), so nothing is
 * added twice or out of order. A reading that
 *
 * - finds changes adds them and tells of them; was there more than a page, it asks for the next reading;
 * - finds no chat ends it, and tells of that;
 * - finds the journal unavailable leaves everything as it was: whoever asks next tries again.
 */
export const changeReader = ({ journal, id, revision, onNews, onDefect }: Source): ChangeReader => {
  let buffer = bufferFrom(revision)
  let gone = false

  const readPage = async () => {
    if (gone) return
    const page = await readBatch(journal, id, buffer.end)()
    if (E.isLeft(page)) {
      gone = page.left.kind === 'ChatNotFound'
      if (gone) onNews()
      return
    }
    const { batch, more } = page.right
    if (more) read()
    if (batch.changes.length === 0) return
    buffer = extended(buffer, batch)
    onNews()
  }
  const read = oneAtATime(readPage, onDefect)

  return {
    read,
    isBehind: (current) => current === undefined || current > buffer.end,
    isGone: () => gone,
    after: (cursor) => changesAfter(buffer, cursor),
  }
}
