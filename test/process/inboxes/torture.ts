import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { type Answer, type Client, clientOf } from '../../client.ts'
import { upTo } from '../../fixtures.ts'
import { until } from '../../until.ts'
import { diceOf } from '../chaos/dice.ts'
import { anInboxFollower, type InboxFollower } from './followers.ts'
import { aCrowdedChat, as, aWriter } from './writers.ts'

const CHATS = 8
const USERS = 10
const WRITERS = 12
const FOLLOWERS = 20
/** Changes that some followers miss before they come back for good. */
const LAST = 100

interface EntryBody {
  readonly chat: { readonly id: number }
}

const nextIn = ({ headers }: Answer<unknown>) => /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]

/** The inbox over all of its pages, by chat. */
const inboxOf = async (client: Client, user: string): Promise<ReadonlyMap<number, EntryBody>> => {
  const all: EntryBody[] = []
  for (let target: string | undefined = `/users/${user}/inbox/?limit=3`; target;) {
    const page: Answer<EntryBody[]> = await client.get<EntryBody[]>(target, as(user))
    all.push(...page.json)
    target = nextIn(page)
  }
  return new Map(all.map((entry) => [entry.chat.id, entry]))
}

/** Says of each chat that differs what the page shows, what was folded, and what was told of it. */
const differences = (shown: ReadonlyMap<number, unknown>, { fold, lately, user }: InboxFollower): string[] =>
  [...new Set([...shown.keys(), ...fold.entries.keys()])]
    .filter((chat) => !isDeepStrictEqual(shown.get(chat), fold.entries.get(chat)))
    .map((chat) => {
      const [there, here] = [shown.get(chat), fold.entries.get(chat)].map((entry) => JSON.stringify(entry))
      return [`${user}, chat ${chat}`, `page: ${there}`, `fold: ${here}`, ...lately(chat)].join('\n  ')
    })

export interface Torture {
  readonly seed: number
  readonly urls: readonly string[]
  readonly changes: number
  readonly cuts: number
}

/** What each follower folded becomes what the pages of its inbox show, once nothing is changed any more. */
const expectWhole = async (client: Client, followers: readonly InboxFollower[], seed: number) => {
  for (const follower of followers) {
    const shown = await inboxOf(client, follower.user)
    let left: string[] = []
    const isWhole = () => {
      follower.takeAll()
      return (left = differences(shown, follower)).length === 0
    }
    await until(isWhole).catch(() => undefined)
    expect(left, `seed ${seed}: ${left.join('\n')}`).to.deep.equal([])
    const { violations } = follower.fold
    expect(violations, `seed ${seed}: what was told to ${follower.user} went back`).to.deep.equal([])
  }
}

/**
 * 12 writers on 8 chats of 10 users, 20 followers of their inboxes that are cut at random moments, evenly over the changes, and
 * some of which stop reading until somebody else is cut; half of them are away until nothing changes any more: what each
 * has folded then is its inbox.
 */
export const tortureInboxes = async ({ seed, urls, changes, cuts }: Torture): Promise<void> => {
  const dice = diceOf(seed)
  const clients = urls.map((url) => clientOf(url))
  const users = upTo(USERS).map((n) => `user-${n}`)
  const chats: string[] = []
  for (const _ of upTo(CHATS)) chats.push(await aCrowdedChat(clients[0]!, users))
  const followers = upTo(FOLLOWERS).map((n) => anInboxFollower(urls, users[n % USERS]!, dice.of(`follower ${n}`)))
  let [count, isOver] = [0, false]
  const ground = { users, chats, isOver: () => isOver, made: () => (count += 1) }
  const writers = Promise.all(upTo(WRITERS).map((n) => aWriter(clients, dice.of(`writer ${n}`), ground)))

  const cutting = async () => {
    const rolls = dice.of('cuts')
    for (const cut of upTo(cuts)) {
      await until(() => isOver || count >= (changes * cut) / cuts)
      const paused = rolls.pick(followers)
      paused.pause()
      rolls.pick(followers).cut()
      await until(() => isOver || count >= (changes * (cut + 0.7)) / cuts)
      paused.resume()
      if (isOver) return
    }
    // What half of them miss in the end, nothing that comes later makes up for.
    const leaving = followers.filter((_, n) => n % 2 === 0)
    for (const follower of leaving) follower.leave()
    await until(() => isOver || count >= changes + LAST)
  }

  try {
    await Promise.race([writers, cutting()])
    isOver = true
    await writers
    for (const follower of followers) follower.comeBack()
    await expectWhole(clients[1]!, followers, seed)
  } finally {
    isOver = true
    await Promise.allSettled([writers, ...followers.map((follower) => follower.stop())])
  }
  // One that failed by itself says how.
  await Promise.all(followers.map((follower) => follower.stop()))
}
