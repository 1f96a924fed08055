import { type ReportFailure, unreported } from '../../ports/background.ts'
import type { Bell } from '../../ports/bell.ts'
import type { Inboxes } from '../../ports/inboxes.ts'
import type { Signals } from '../../ports/signals.ts'
import { everySecond, type Poll } from '../followed-chats.ts'
import { wakeUp } from '../wake-up.ts'
import { beginStream } from './begin-stream.ts'
import { dueReadings } from './due-readings.ts'
import type { Start } from './first-reading.ts'
import { followedUsers } from './followed-users.ts'
import type { InboxBatch } from './inbox-event.ts'
import { type InboxStream, inboxStream } from './inbox-stream.ts'
import { newcomers } from './newcomers.ts'
import { paced, type Rest } from './paced.ts'
import { progress } from './progress.ts'
import { round } from './round.ts'
import type { Telling } from './telling.ts'

/** Milliseconds between rounds: a chat is told to a user at most once in them. */
const REST_MS = 100

/** Looks between sweeps: with one look a second, the most seconds that a lost signal of a marker can cost. */
const LOOKS_A_SWEEP = 10

/** Events told in one go. */
const MOST_EVENTS = 100

const shortly: Rest = (go) => {
  const timer = setTimeout(go, REST_MS).unref()
  return () => clearTimeout(timer)
}

export interface InboxFollowingSettings {
  /** Every second, unless it is said otherwise. */
  readonly poll?: Poll
  readonly rest?: Rest
  readonly onFailure?: ReportFailure
}

/** The inboxes that are followed on this server. */
export interface FollowedInboxes {
  /** What was kept since the start, then what is kept, without a gap, until `stop` says so. */
  readonly follow: (start: Start, stop: AbortSignal) => AsyncGenerator<InboxBatch, void>
  /** Reads nothing more. */
  readonly close: () => void
}

/**
 * Chats ring, markers are signalled, and rounds read what is due for all users here at once. Rings and signals are hints. Every
 * second one look at the revisions of all chats that are known here finds those whose rings were lost; every ten seconds, and
 * when anything may have rung, a sweep of the markers of all users here finds lost signals, and memberships of which no ring
 * told. Nothing is asked while nobody is connected.
 *
 * What is kept for it is one pair for each chat and user, and for each stream what it did not take yet.
 */
export const followedInboxes = (
  inboxes: Inboxes,
  bell: Bell,
  signals: Signals,
  { poll = everySecond, rest = shortly, onFailure = unreported }: InboxFollowingSettings = {},
): FollowedInboxes => {
  const followed = followedUsers()
  const beginning = new Set<InboxStream>()
  const due = dueReadings(() => pace.ask())
  const telling: Telling = { inboxes, followed, due, progress: progress() }
  const pace = paced(round(telling, newcomers(inboxes, followed), onFailure), rest, (defect) => {
    onFailure('inbox', defect)
  })
  const isAnybodyHere = () => followed.users.size > 0

  let looks = 0
  const look = () => {
    if (!isAnybodyHere()) return
    for (const stream of beginning) stream.wake()
    if (++looks % LOOKS_A_SWEEP === 0) due.sweep()
    else due.look()
  }
  const stopPolling = poll(look)
  const stopListening = bell.listen((id) => {
    if (!isAnybodyHere()) return
    if (id === undefined) due.sweep()
    else due.chat(id)
  })
  const stopHearing = signals.listen((signal) => {
    if (signal.kind === 'read' && followed.users.has(signal.userId)) due.entry(signal.chatId, signal.userId)
  })

  const begin = beginStream(telling, MOST_EVENTS, onFailure)

  async function* follow(start: Start, stop: AbortSignal): AsyncGenerator<InboxBatch, void> {
    const news = wakeUp()
    const stream = inboxStream(news.raise)
    const user = followed.connect(start.userId, stream)
    beginning.add(stream)
    stop.addEventListener('abort', news.raise)
    try {
      yield* begin({ stream, user, start, stop, news })
      beginning.delete(stream)
      while (!stop.aborted) {
        const batch = stream.take(MOST_EVENTS, telling.progress.settled())
        if (batch) yield batch
        else await news.raised()
      }
    } finally {
      stop.removeEventListener('abort', news.raise)
      beginning.delete(stream)
      followed.disconnect(user, stream)
    }
  }

  return {
    follow,
    close: () => {
      stopPolling()
      stopListening()
      stopHearing()
      pace.close()
    },
  }
}
