import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY, type Caller } from '../../../src/domain/caller.ts'
import {
  type FollowChats,
  followChats,
  type FollowChatsCommand,
  type Place,
} from '../../../src/application/following/follow-chats.ts'
import { followedChats } from '../../../src/application/following/followed-chats.ts'
import type { Happening } from '../../../src/application/following/happening.ts'
import { ringAfterChange } from '../../../src/application/following/ring-after-change.ts'
import type { Unavailable } from '../../../src/application/ports/failures.ts'
import type { Journal, Sight } from '../../../src/application/ports/journal.ts'
import type { ChatId, Revision } from '../../../src/domain/identity.ts'
import { followedSignals } from '../../../src/application/following/signals/followed-signals.ts'
import { memoryChats } from '../../../src/infrastructure/memory/chats.ts'
import { memorySignals } from '../../../src/infrastructure/memory/signals.ts'
import { changesOf } from '../../kept-changes.ts'
import { right } from '../../fixtures.ts'

/** Until everything that can go on without the outside has gone on. */
export const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

type Trouble = 'unavailable' | 'defect'

/** The real journal, which says what was asked of it, has the troubles it is given and holds readings back. */
export const aFakeJournal = (stored: Journal) => {
  let real = stored
  /** Another takes the place of the real one. */
  const restore = (backup: Journal) => void (real = backup)
  const held: (() => void)[] = []
  const fake = {
    readings: [] as { readonly id: ChatId; readonly after: number }[],
    looks: [] as (readonly ChatId[])[],
    /** What becomes of readings and looks from now on, in these chats or in all. */
    readingTrouble: undefined as Trouble | undefined,
    lookTrouble: undefined as Trouble | undefined,
    troubled: undefined as ChatId | undefined,
    /** What looks are told in place of what is so. */
    lookAnswer: undefined as ReadonlyMap<ChatId, Revision> | undefined,
    restore,
    /** Readings that were made wait to be let go. */
    holds: false,
    letGo: () => {
      fake.holds = false
      for (const go of held.splice(0)) go()
    },
    readingsOf: (id: ChatId) => fake.readings.filter((reading) => reading.id === id).map(({ after }) => after),
    since: ((id, after, limit) => async () => {
      fake.readings.push({ id, after })
      if (fake.troubled === undefined || fake.troubled === id) {
        if (fake.readingTrouble === 'defect') throw new TypeError('a defect')
        if (fake.readingTrouble) return E.left({ kind: 'Unavailable', cause: 'a test' })
      }
      const answer = await real.since(id, after, limit)()
      if (fake.holds) await new Promise<void>((resolve) => held.push(resolve))
      return answer
    }) satisfies Journal['since'],
    sights: ((caller, ids) => async (): Promise<E.Either<Unavailable, ReadonlyMap<ChatId, Sight>>> => {
      fake.looks.push(ids)
      if (fake.lookTrouble === 'defect') throw new TypeError('a defect')
      return fake.lookTrouble ? E.left({ kind: 'Unavailable' as const, cause: 'a test' }) : real.sights(caller, ids)()
    }) satisfies Journal['sights'],
    revisions: ((ids) => async (): Promise<E.Either<Unavailable, ReadonlyMap<ChatId, Revision>>> => {
      fake.looks.push(ids)
      if (fake.lookTrouble === 'defect') throw new TypeError('a defect')
      if (fake.lookTrouble) return E.left({ kind: 'Unavailable', cause: 'a test' })
      return fake.lookAnswer ? E.right(fake.lookAnswer) : real.revisions(ids)()
    }) satisfies Journal['revisions'],
  }
  return fake
}

/** A bell that may be deaf. */
export const aFakeBell = () => {
  const listeners = new Set<(id?: ChatId) => void>()
  const bell = {
    isDeaf: false,
    listeners,
    ring: (id?: ChatId) => {
      if (!bell.isDeaf) for (const wake of listeners) wake(id)
    },
    listen: (wake: (id?: ChatId) => void) => {
      listeners.add(wake)
      return () => void listeners.delete(wake)
    },
  }
  return bell
}

/** Time that passes when the test says so. */
export const aFakeTime = () => {
  const timers = new Set<{ readonly at: number; readonly work: () => void }>()
  const time = {
    ms: 0,
    timers,
    now: () => time.ms,
    after: (milliseconds: number, work: () => void) => {
      const timer = { at: time.ms + milliseconds, work }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    /** Everything that is due by then is done at its time. */
    pass: (milliseconds: number) => {
      const end = time.ms + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (!next) break
        timers.delete(next)
        time.ms = next.at
        next.work()
      }
      time.ms = end
    },
  }
  return time
}

/** What a server follows chats with, all of it in the hands of the test. */
export const aServer = () => {
  const stored = memoryChats()
  const journal = aFakeJournal(stored)
  const bell = aFakeBell()
  const failures: string[] = []
  const onFailure = (work: string, failure: unknown) => void failures.push(`${work}: ${String(failure)}`)
  const poll = { look: () => {}, isStopped: false }
  const chats = followedChats(journal, bell, {
    poll: (look) => {
      poll.look = look
      return () => void (poll.isStopped = true)
    },
    onFailure,
  })
  const kept = ringAfterChange(stored, bell)
  const time = aFakeTime()
  const signals = memorySignals()
  const followed = followedSignals(signals, time)
  return {
    journal,
    restore: journal.restore,
    bell,
    poll,
    failures,
    chats,
    signals,
    time,
    follow: followChats({ journal, chats, signals: followed, onFailure }),
    kept,
    make: changesOf(kept),
  }
}

export const aPlace = (chatId: ChatId, after?: number): Place => ({ chatId, after: after as Revision | undefined })

/** Who takes what happens one by one, when the test says so. */
export const aSlowFollower = async (follow: FollowChats, command: FollowChatsCommand, caller: Caller = ANYBODY) => {
  const { happenings, positions } = right(await follow(caller, command)())
  const stop = new AbortController()
  const stream = happenings(stop.signal)
  return {
    positions,
    stop: () => stop.abort(),
    next: async () => (await stream.next()).value,
    leave: () => stream.return(),
  }
}

/** Who takes what happens as it comes. */
export const aFollower = async (follow: FollowChats, command: FollowChatsCommand, caller?: Caller) => {
  const { next, ...slow } = await aSlowFollower(follow, command, caller)
  const got: Happening[] = []
  const follower = {
    ...slow,
    got,
    hasEnded: false,
    /** The revisions that came of the chat, and 'removed'. */
    of: (id: ChatId): (number | string)[] =>
      got
        .filter(({ chatId }) => chatId === id)
        .flatMap((happening): (number | string)[] =>
          happening.kind === 'removed' ? ['removed'] : revisionsOf(happening),
        ),
    /** Whether each of the batches came live. */
    livenesses: () => got.flatMap((happening) => (happening.kind === 'changed' ? [happening.live] : [])),
  }
  void (async () => {
    for (let happening = await next(); happening; happening = await next()) got.push(happening)
    follower.hasEnded = true
  })()
  await settled()
  return follower
}

export const revisionsOf = (happening: Happening | void | undefined): number[] =>
  happening?.kind === 'changed' ? happening.batch.changes.map(({ revision }) => revision) : []
