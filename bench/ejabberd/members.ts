import type { Server } from '../child.ts'
import { CONNECTIONS } from '../contenders.ts'
import type { Measurement } from '../measurement.ts'
import type { Followers } from '../streams.ts'
import { startWorker, type Worker } from '../worker.ts'

/** What the process of ejabberd's clients is told to do, one thing at a time. */
export type Command =
  /** Log in, and enter rooms 1 to `rooms`, each of them one client alone: the least that a room can deliver. */
  | { readonly kind: 'enter'; readonly rooms: number; readonly seconds?: number }
  | { readonly kind: 'send'; readonly seconds: number }
  | { readonly kind: 'read'; readonly seconds: number }
  | KeepSending

/** Send, whatever becomes of the server. The round makes its ids differ from those of others. */
export interface KeepSending {
  readonly kind: 'keep sending'
  readonly seconds: number
  readonly round: string
}

export interface Reply {
  readonly measured?: Measurement
  /** What the texts begin with of all that were acknowledged. */
  readonly acknowledged?: readonly string[]
}

export type Members = Worker<Command, Reply>

export const startMembers = ({ url }: Server, connections = CONNECTIONS): Members =>
  startWorker(new URL('member-worker.ts', import.meta.url), [url, String(connections)], 'clients of ejabberd')

/** Of a room beside those of the members. */
const FOLLOWED_ROOM = 0

/** Occupants of one room and a sender, in a process of their own that is told the same as followers of ours. */
export const startOccupants = ({ url }: Server, followers: number): Followers => {
  const args = [url, String(followers), String(FOLLOWED_ROOM)]
  return startWorker(new URL('follower-worker.ts', import.meta.url), args, 'occupants')
}
