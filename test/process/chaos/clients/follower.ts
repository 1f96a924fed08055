import type { Follower, Told } from '../checker/history.ts'
import { revisionsIn } from './places.ts'

export interface RunningFollower extends Follower {
  /** Where it is in a chat; Infinity when it was told that the chat is gone. */
  readonly reached: (chat: number) => number
  readonly stop: () => void
  readonly ended: Promise<void>
}

export const aFollower = (
  name: string,
  chats: readonly number[],
  run: (tell: (told: Told) => void, places: Map<number, number>, signal: AbortSignal) => Promise<void>,
): RunningFollower => {
  const [told, reached] = [[] as Told[], new Map<number, number>()]
  const places = new Map(chats.map((chat) => [chat, 0]))
  const stopping = new AbortController()
  const tell = (event: Told) => {
    told.push(event)
    reached.set(event.chat, event.kind === 'removed' ? Infinity : (event.revision ?? 0))
  }
  return {
    name,
    places,
    told,
    reached: (chat) => reached.get(chat) ?? places.get(chat) ?? 0,
    stop: () => stopping.abort(),
    ended: run(tell, places, stopping.signal),
  }
}

/** The revision in a chat that the id of an event of one chat or of several names. */
export const revisionAt = (place: string | undefined, chat: number) =>
  place === undefined ? undefined : /^\d+$/.test(place) ? Number(place) : revisionsIn(place).get(chat)
