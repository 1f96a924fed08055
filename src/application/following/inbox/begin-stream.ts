import * as E from 'fp-ts/lib/Either.js'
import { Revision } from '../../../domain/identity.ts'
import type { ReportFailure } from '../../ports/background.ts'
import type { Unavailable } from '../../ports/failures.ts'
import type { WakeUp } from '../wake-up.ts'
import { changedEvents, readFirst, type Start } from './first-reading.ts'
import type { FollowedUser } from './followed-users.ts'
import type { InboxBatch } from './inbox-event.ts'
import type { InboxStream } from './inbox-stream.ts'
import type { Telling } from './telling.ts'

export interface BeginningStream {
  readonly stream: InboxStream
  readonly user: FollowedUser
  readonly start: Start
  readonly stop: AbortSignal
  /** What fails is done again when this is raised. */
  readonly news: WakeUp
}

/**
 * Tells a stream that was just connected what it is told first, and makes it live. Entries are read a part at a time, each when
 * the one before was taken: what is kept of a reader that is slow, or does not read, is one part, however large its inbox is.
 * The last part is what waits when it is live. What rounds read of its chats meanwhile is read again then.
 */
export const beginStream = (telling: Telling, most: number, onFailure: ReportFailure) => {
  const { inboxes, followed, due, progress } = telling

  const attempt = async <A>(work: () => Promise<E.Either<Unavailable, A>>): Promise<E.Either<unknown, A>> => {
    try {
      return await work()
    } catch (defect) {
      return E.left({ cause: defect })
    }
  }

  /** Undefined when it is to stop. */
  const untilDone = async <A>(
    { stop, news }: BeginningStream,
    work: () => Promise<E.Either<Unavailable, A>>,
  ): Promise<A | undefined> => {
    while (!stop.aborted) {
      const done = await attempt(work)
      if (E.isRight(done)) return done.right
      onFailure('inbox', (done.left as Unavailable).cause)
      await news.raised()
    }
    return undefined
  }

  return async function* (beginning: BeginningStream): AsyncGenerator<InboxBatch, void> {
    const { stream, user, start } = beginning
    const first = await untilDone(beginning, () => readFirst(telling, user, start))
    if (!first) return
    const { gone, chatIds, changed, before, after } = first
    let opening = { events: gone, chatIds }
    const there = new Set(first.present)
    for (let at = 0; ; at += most) {
      const part = changed.slice(at, at + most)
      const read = await untilDone(beginning, () => changedEvents(inboxes, user.id, part))
      if (!read) return
      const events = [...opening.events, ...read]
      if (at + most >= changed.length) {
        const missed = stream.goLive({ events, chatIds: opening.chatIds, before, after }, progress.next())
        for (const chatId of missed) {
          // It was told to be there; that it is so no more was told while nobody could tell it to this stream.
          if (there.has(chatId) && !user.markers.has(chatId)) followed.enter(user, chatId, Revision.START, undefined)
          due.entry(chatId, user.id)
        }
        return
      }
      const chats = opening.chatIds ? [{ kind: 'chats' as const, chatIds: opening.chatIds }] : []
      opening = { events: [], chatIds: undefined }
      yield { events: [...chats, ...events], before, after: before }
    }
  }
}
