import * as E from 'fp-ts/lib/Either.js'
import { type Change, chatChanged, messageChanged } from '../../domain/chat/change.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Bell } from '../ports/bell.ts'
import type { Changes, Journal } from '../ports/journal.ts'

/** Changes read from the journal at a time. */
export const PAGE = 100

/** Changes that a tail remembers for those who come a little later. */
const REMEMBERED = 100

/** Milliseconds after which a tail looks for itself: the most that lost rings can cost. */
const POLL_MS = 1000

/** The newest changes of one chat, read once for everybody who follows it here. */
export interface Tail {
  /** The changes after the cursor, in order; undefined when the tail does not reach back that far. */
  readonly after: (cursor: Revision) => readonly Change[] | undefined
  /** Whether the chat was removed. */
  readonly gone: () => boolean
  /** Calls back whenever there may be more, or the chat is gone. Returns how to stop. */
  readonly subscribe: (wake: () => void) => () => void
}

export interface Tails {
  /** The tail of a chat, begun at its current revision if nobody follows it yet. Ends with its last subscriber. */
  readonly of: (id: ChatId, revision: Revision) => Tail
  readonly close: () => void
}

/** The changes that one reading of the journal tells of, and the revision up to which it tells everything. */
export const told = (cursor: Revision, { chat, messages, more }: Changes) => {
  const position = (more ? messages.at(-1)?.revision : undefined) ?? chat.revision
  const changes = messages.map(messageChanged)
  if (chat.changedAtRevision > cursor && chat.changedAtRevision <= position) {
    const at = changes.findIndex(({ revision }) => revision > chat.changedAtRevision)
    changes.splice(at < 0 ? changes.length : at, 0, chatChanged(chat))
  }
  return { changes, position }
}

const NOTHING: readonly Change[] = []

export const createTails = (journal: Journal, bell: Bell): Tails => {
  const tails = new Map<ChatId, ReturnType<typeof aTail>>()

  const aTail = (id: ChatId, revision: Revision) => {
    const subscribers = new Set<() => void>()
    let remembered: Change[] = []
    let latest: { readonly after: Revision; readonly changes: readonly Change[] } | undefined
    let start = revision
    let position = revision
    let gone = false
    let reading = false
    let rings = 0
    const isGone = () => gone

    const remember = (changes: readonly Change[], upTo: Revision) => {
      latest = { after: position, changes }
      remembered.push(...changes)
      if (remembered.length > 2 * REMEMBERED) {
        start = remembered.at(-REMEMBERED - 1)?.revision ?? start
        remembered = remembered.slice(-REMEMBERED)
      }
      position = upTo
    }

    const readOnce = async (): Promise<boolean> => {
      const page = await journal.since(id, position, PAGE)()
      if (E.isLeft(page)) {
        // Unavailable: the poll comes back to it.
        if (page.left.kind === 'ChatNotFound') gone = true
        return false
      }
      const { changes, position: upTo } = told(position, page.right)
      if (changes.length > 0) remember(changes, upTo)
      return page.right.more
    }

    /** One reading at a time; rings that come meanwhile are one more reading. */
    const read = async () => {
      rings++
      if (reading || gone) return
      reading = true
      try {
        for (let answered = 0, more = false; (more || answered < rings) && !isGone();) {
          answered = rings
          const before = position
          more = await readOnce()
          if (position !== before || isGone()) for (const wake of subscribers) wake()
        }
      } finally {
        reading = false
        rings = 0
      }
    }

    const self = {
      // A defect of the journal meets whoever catches up; here the next ring or look tries again.
      read: () => void read().catch(() => {}),
      isBehind: (current: Revision | undefined) => current === undefined || current > position,
      gone: isGone,
      after: (cursor: Revision) => {
        if (cursor >= position) return NOTHING
        // Those who follow live all get the very same batch, so that what it looks like is worked out once.
        if (latest?.after === cursor) return latest.changes
        if (cursor < start) return undefined
        return remembered.filter(({ revision }) => revision > cursor)
      },
      subscribe: (wake: () => void) => {
        subscribers.add(wake)
        return () => {
          subscribers.delete(wake)
          if (subscribers.size === 0 && tails.get(id) === self) tails.delete(id)
        }
      },
    }
    return self
  }

  const look = async () => {
    if (tails.size === 0) return
    const current = await journal.revisions([...tails.keys()])()
    if (E.isRight(current)) for (const [id, tail] of tails) if (tail.isBehind(current.right.get(id))) tail.read()
  }

  const hangUp = bell.listen((id) => {
    if (id === undefined) void look()
    else tails.get(id)?.read()
  })
  const poll = setInterval(() => void look(), POLL_MS).unref()

  return {
    of: (id, revision) => {
      const known = tails.get(id)
      if (known) return known
      const tail = aTail(id, revision)
      tails.set(id, tail)
      // What happened since the revision was read has rung already.
      tail.read()
      return tail
    },
    close: () => {
      clearInterval(poll)
      hangUp()
    },
  }
}
