import { counterOf } from './event-ends.ts'
import { type Measurement, summaryOf } from './measurement.ts'
import type { Command, Reply } from './streams.ts'
import { obey } from './worker.ts'

/** How messages reach followers, and how one is sent. */
export interface Medium {
  /** How each event ends, and nothing else does. In ASCII, and not to be overlapped by itself. */
  readonly eventEnd: string
  /** Resolves once the follower follows. From then on whatever reaches it is handed to `onEvents`. */
  readonly follow: (follower: number, onEvents: (chunk: Buffer) => void) => Promise<void>
  /** Sends a message; tells when its sender was answered. */
  readonly post: () => Promise<number>
}

/** Streams that are opened at a time: fewer than wait to be accepted anywhere. */
const OPENED_AT_A_TIME = 50
const PATIENCE_MS = 30_000

/** What all followers of one chat have been told, counted as it arrives. */
const arrivals = (followers: number) => {
  /** Events that reached each follower, and all of them. */
  const counts = new Uint32Array(followers)
  let arrived = 0
  let awaited = Infinity
  let onArrival = () => {}
  return {
    arrived: () => arrived,
    areEven: () => counts.every((count) => count === counts[0]),
    counted: (follower: number, events: number) => {
      counts[follower]! += events
      arrived += events
      if (arrived >= awaited) onArrival()
    },
    /** When the last of so many events arrived. */
    arrival: (total: number) =>
      new Promise<number>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${arrived} of ${total} events arrived`)), PATIENCE_MS)
        awaited = total
        onArrival = () => {
          clearTimeout(timer)
          awaited = Infinity
          resolve(performance.now())
        }
        if (arrived >= total) onArrival()
      }),
  }
}

/** For a process of followers: opens them all, and measures how messages reach them. */
export const obeyAsFollowers = (followers: number, medium: Medium): void => {
  const { arrived, areEven, counted, arrival } = arrivals(followers)

  const open = async () => {
    const follow = (follower: number) =>
      medium.follow(
        follower,
        counterOf(medium.eventEnd, (events) => counted(follower, events)),
      )
    for (let n = 0; n < followers; n += OPENED_AT_A_TIME)
      await Promise.all(Array.from({ length: OPENED_AT_A_TIME }, (_, i) => follow(n + i)))
  }

  /** Messages as fast as so many senders get their answers. Over when the last of them has reached everybody. */
  const flood = async (senders: number, seconds: number): Promise<Measurement> => {
    const before = arrived()
    const startedAt = performance.now()
    const send = async () => {
      let sent = 0
      for (; performance.now() < startedAt + seconds * 1000; sent++) await medium.post()
      return sent
    }
    const sent = await Promise.all(Array.from({ length: senders }, send))
    const count = sent.reduce((a, b) => a + b) * followers
    const endedAt = await arrival(before + count)
    return { perSecond: count / ((endedAt - startedAt) / 1000), p50: NaN, p99: NaN, count }
  }

  /** Messages one at a time: from the sender's answer until everybody has it. */
  const oneAtATime = async (seconds: number): Promise<Measurement> => {
    const startedAt = performance.now()
    const times: number[] = []
    while (performance.now() < startedAt + seconds * 1000) {
      const everybody = arrival(arrived() + followers)
      const answeredAt = await medium.post()
      times.push(Math.max(0, (await everybody) - answeredAt))
    }
    return summaryOf(times, (performance.now() - startedAt) / 1000)
  }

  const measure = async (command: Command): Promise<Measurement | undefined> => {
    const { seconds = 1 } = command
    if (command.kind === 'flood') return flood(command.senders, seconds)
    if (command.kind === 'one at a time') return oneAtATime(seconds)
    await open()
    return undefined
  }

  obey(async (command: Command): Promise<Reply> => {
    const measured = await measure(command)
    if (!areEven()) throw new Error('followers were not all told the same')
    return { measured }
  })
}
