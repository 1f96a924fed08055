import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { DatabaseError, type Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { attempt, lostAgainstAnother } from '../database/retry.ts'
import { keepTogether } from './write-group.ts'
import { keepLocked } from './write-locked.ts'
import { type Member, unavailable } from './pending-change.ts'
import { type RecentChats, recentChats } from './recent-chats.ts'

export interface Lanes {
  /** Takes the change along with the next group. */
  readonly join: (member: Member) => void
  /** Runs work that holds the chat's row. Changes of the chat that come meanwhile wait for its end, others do not. */
  readonly apart: <A>(id: ChatId, work: () => Promise<A>) => Promise<A>
}

export interface LaneSettings {
  /** Groups that may be under way at once. A chat always goes by the same lane, so no group waits for another. */
  readonly lanes: number
  /** Changes in one group. */
  readonly groupSize: number
  /** Chats whose last state is kept in mind, in all. */
  readonly recentChats: number
  /** Milliseconds after which a change that is still waiting is given up. */
  readonly patience: number
}

export const DEFAULTS: LaneSettings = { lanes: 2, groupSize: 128, recentChats: 10_000, patience: 2000 }

/** Times that a change is decided on a guess before the chat is locked for it. */
const GUESSES = 2

/** SQLSTATE classes of a connection that ends, or was not to be had. */
const DISCONNECTED = /^(08|53|57P)/

/**
 * Whether the database said that it undid everything. After anything else, a lost connection above all, the group may
 * have been kept.
 */
const wasUndone = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code !== undefined && !DISCONNECTED.test(error.code)

const lane = (pool: Pool, recent: RecentChats, { groupSize, patience }: LaneSettings): Lanes => {
  const waiting: Member[] = []
  /** Chats that are held by work of ours, and who waits for its end. */
  const held = new Map<ChatId, { works: number; readonly behind: Member[] }>()
  let busy = false

  const nextGroup = (): readonly Member[] => {
    const now = performance.now()
    return waiting.splice(0, groupSize).filter((member) => {
      const behind = held.get(member.chatId)?.behind
      if (behind) behind.push(member)
      else if (now - member.since > patience) unavailable([member], new Error('waited too long for its turn'))
      else return true
      return false
    })
  }

  const lost = (members: readonly Member[]) => {
    for (const member of members) member.lost += 1
    const [losers, others] = [
      members.filter(({ lost }) => lost >= GUESSES),
      members.filter(({ lost }) => lost < GUESSES),
    ]
    waiting.unshift(...others)
    goApart(losers)
  }

  const keep = async (group: readonly Member[]) => {
    try {
      const { wrong, later } = await keepTogether(pool, recent, group)
      waiting.unshift(...later)
      lost(wrong)
    } catch (error) {
      recent.forgetAll()
      if (!wasUndone(error)) return unavailable(group, error)
      if (!lostAgainstAnother(error)) return goApart(group)
      await delay(Math.random() * 20)
      lost(group)
    }
  }

  const run = async () => {
    while (waiting.length > 0) {
      const group = nextGroup()
      if (group.length > 0) await keep(group)
    }
    busy = false
  }

  const start = () => {
    if (busy || waiting.length === 0) return
    busy = true
    // Not before the caller is done: what is asked for in one go goes together.
    queueMicrotask(() => void run())
  }

  const join = (member: Member) => {
    waiting.push(member)
    start()
  }

  const apart = async <A>(id: ChatId, work: () => Promise<A>): Promise<A> => {
    const holding = held.get(id) ?? { works: 0, behind: [] }
    held.set(id, holding)
    holding.works += 1
    try {
      return await work()
    } finally {
      recent.forget(id)
      holding.works -= 1
      if (holding.works === 0) {
        held.delete(id)
        waiting.push(...holding.behind)
        start()
      }
    }
  }

  /** Together on the locked row; one by one, when that is refused for what one of them wants. */
  const keepApart = async (id: ChatId, members: readonly Member[]): Promise<void> => {
    try {
      const verdict = await attempt(async () => E.right(await keepLocked(pool, id, members)))()
      if (E.isLeft(verdict)) return unavailable(members, verdict.left.cause)
      verdict.right.tell()
      waiting.push(...verdict.right.later)
    } catch (defect) {
      if (members.length === 1) members[0]?.reject(defect)
      else for (const member of members) await keepApart(id, [member])
    }
  }

  const goApart = (members: readonly Member[]) => {
    for (const [id, ofChat] of Map.groupBy(members, ({ chatId }) => chatId)) void apart(id, () => keepApart(id, ofChat))
  }

  return { join, apart }
}

export const openLanes = (pool: Pool, settings: Partial<LaneSettings> = {}): Lanes => {
  const all = { ...DEFAULTS, ...settings }
  const recent = recentChats(all.recentChats)
  const lanes = Array.from({ length: all.lanes }, () => lane(pool, recent, all))
  const laneOf = (id: ChatId) => lanes[id % all.lanes] as Lanes
  return {
    join: (member) => laneOf(member.chatId).join(member),
    apart: (id, work) => laneOf(id).apart(id, work),
  }
}
