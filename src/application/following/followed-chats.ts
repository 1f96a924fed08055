import * as E from 'fp-ts/lib/Either.js'
import type { ChatId, Revision } from '../../domain/identity.ts'
import { type ReportFailure, unreported } from '../ports/background.ts'
import type { Bell } from '../ports/bell.ts'
import type { Journal } from '../ports/journal.ts'
import { type ChangeReader, changeReader, type RecentChanges } from './recent-changes.ts'

/** Milliseconds between looks: the most that lost rings can cost. */
const POLL_MS = 1000

/** Calls `look` now and then. Returns how to stop. */
export type Poll = (look: () => void) => () => void

export const everySecond: Poll = (look) => {
  const timer = setInterval(look, POLL_MS).unref()
  return () => clearInterval(timer)
}

export interface FollowingSettings {
  readonly poll?: Poll
  readonly onFailure?: ReportFailure
}

export interface Followed {
  readonly recent: RecentChanges
  readonly leave: () => void
}

/** The chats that are followed on this server. */
export interface FollowedChats {
  /**
   * The recent changes of a chat, from this revision on if nobody follows it yet. Wakes the follower whenever there are
   * more, or will be no more.
   */
  readonly follow: (id: ChatId, revision: Revision, wake: () => void) => Followed
  /** Reads nothing more of its own accord. */
  readonly close: () => void
}

interface Entry {
  readonly reader: ChangeReader
  readonly followers: Set<() => void>
}

/**
 * One reader for each chat that is followed here: it begins with the chat's first follower and ends with its last. A reader
 * reads when its chat rings; when any chat may have rung, and whenever the poll says so, one look at the revisions of all
 * of them finds those that are behind. Either way alone suffices.
 */
export const followedChats = (
  journal: Journal,
  bell: Bell,
  { poll = everySecond, onFailure = unreported }: FollowingSettings = {},
): FollowedChats => {
  const entries = new Map<ChatId, Entry>()

  const forget = (id: ChatId, entry: Entry) => {
    if (entries.get(id) === entry) entries.delete(id)
  }

  const begin = (id: ChatId, revision: Revision): Entry => {
    const followers = new Set<() => void>()
    const onNews = () => {
      // Whoever comes from now on begins where the chat is, with a reader of its own.
      if (entry.reader.ending()) forget(id, entry)
      for (const wake of followers) wake()
    }
    const entry = { reader: changeReader({ journal, id, revision, onNews, onFailure }), followers }
    entries.set(id, entry)
    // What happened since the revision was asked for has rung already.
    entry.reader.read()
    return entry
  }

  const look = async () => {
    if (entries.size === 0) return
    const current = await journal.revisions([...entries.keys()])()
    // The next look tries again, as it does after a defect.
    if (E.isLeft(current)) return onFailure('look', current.left.cause)
    for (const [id, { reader }] of entries) if (reader.isElsewhere(current.right.get(id))) reader.read()
  }
  const lookSoon = () => void look().catch((defect: unknown) => onFailure('look', defect))

  const stopListening = bell.listen((id) => {
    if (id === undefined) lookSoon()
    else entries.get(id)?.reader.read()
  })
  const stopPolling = poll(lookSoon)

  return {
    follow: (id, revision, wake) => {
      const entry = entries.get(id) ?? begin(id, revision)
      if (entry.reader.isElsewhere(revision)) entry.reader.read()
      entry.followers.add(wake)
      return {
        recent: entry.reader,
        leave: () => {
          entry.followers.delete(wake)
          if (entry.followers.size === 0) forget(id, entry)
        },
      }
    },
    close: () => {
      stopPolling()
      stopListening()
    },
  }
}
