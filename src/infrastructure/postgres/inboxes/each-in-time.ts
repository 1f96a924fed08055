import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Unavailable } from '../../../application/ports/failures.ts'
import { inTime } from '../database/deadline.ts'
import { retry } from '../database/retry.ts'

/** Asks for one chunk after another, each in time. */
export const eachInTime =
  <Chunk, Found>(
    chunks: readonly Chunk[],
    ask: (chunk: Chunk) => Promise<Found>,
  ): TE.TaskEither<Unavailable, readonly Found[]> =>
  async () => {
    const found: Found[] = []
    for (const chunk of chunks) {
      const part = await inTime(retry(async () => E.right(await ask(chunk))))()
      if (E.isLeft(part)) return part
      found.push(part.right)
    }
    return E.right(found)
  }
