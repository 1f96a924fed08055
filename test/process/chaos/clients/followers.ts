import { setTimeout as sleep } from 'node:timers/promises'
import { aClientFollower } from './client-follower.ts'
import type { RunningFollower } from './follower.ts'
import { aRawFollower } from './raw-follower.ts'
import type { World } from './world.ts'

/** Milliseconds that followers have to hear of the last change. */
const CATCH_UP_MS = 30_000

/** Followers of each kind: of the chat alone, and now and then of several at once. */
export const followersOf = (world: World, followers: RunningFollower[]) => {
  const recent: number[] = []
  return (chat: number) => {
    const name = (kind: string) => `${kind} follower ${followers.length + 1}`
    followers.push(aRawFollower(world, name('raw'), [chat], false))
    followers.push(aClientFollower(world, name('client'), [chat]))
    followers.push(aRawFollower(world, name('late raw'), [chat], true))
    recent.push(chat)
    if (recent.length % 3 !== 0) return
    followers.push(aRawFollower(world, name('raw several'), recent.slice(-5), false))
    followers.push(aClientFollower(world, name('client several'), recent.slice(-5)))
  }
}

/** Waits until every follower is where its chats are, or time is up. */
export const caughtUp = async (followers: readonly RunningFollower[], revisions: ReadonlyMap<number, number>) => {
  const deadline = performance.now() + CATCH_UP_MS
  const isThere = ({ places, reached }: RunningFollower) =>
    [...places.keys()].every((chat) => reached(chat) >= (revisions.get(chat) ?? Infinity))
  while (!followers.every(isThere) && performance.now() < deadline) await sleep(50)
}
