import type { Change } from '../../domain/chat/change.ts'
import type { Revision } from '../../domain/identity.ts'
import { type Batch, batchOf } from './batch.ts'

/** Changes that are kept at the least, once there were as many, for those who come a little later. */
export const KEPT = 100

/** Every change of one chat after `start`, up to `end`. A value: what is added to it makes another. */
export interface ChangeBuffer {
  readonly start: Revision
  readonly end: Revision
  readonly changes: readonly Change[]
  /** What was added last. */
  readonly latest?: Batch
}

export const bufferFrom = (revision: Revision): ChangeBuffer => ({ start: revision, end: revision, changes: [] })

/** The batch begins where the buffer ends. At twice what is kept the older half is forgotten, which raises `start`. */
export const extended = (buffer: ChangeBuffer, batch: Batch): ChangeBuffer => {
  const changes = [...buffer.changes, ...batch.changes]
  const grown = { start: buffer.start, end: batch.upTo, changes, latest: batch }
  const lastForgotten = changes.length > 2 * KEPT ? changes.at(-KEPT - 1) : undefined
  return lastForgotten ? { ...grown, start: lastForgotten.revision, changes: changes.slice(-KEPT) } : grown
}

/**
 * What happened after the cursor: undefined when nothing did, 'forgotten' when the buffer does not reach back that far.
 * Whoever is where the latest batch begins, as all are who follow live, is handed that very batch.
 */
export const changesAfter = (
  { start, end, changes, latest }: ChangeBuffer,
  cursor: Revision,
): Batch | 'forgotten' | undefined => {
  if (cursor >= end) return undefined
  if (latest?.after === cursor) return latest
  if (cursor < start) return 'forgotten'
  return batchOf(
    cursor,
    changes.filter(({ revision }) => revision > cursor),
    end,
    latest?.ahead,
  )
}
