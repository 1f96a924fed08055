import type { Server } from './child.ts'
import { CONNECTIONS, send } from './contenders.ts'
import { createMessenger, urlOf } from './database.ts'
import { type Contender, type Measurement, type Pace, takeTurns, type Turns } from './measurement.ts'
import type { Section } from './section.ts'
import type { Stage } from './stage.ts'
import { gainedBy, type Memory, startCollecting } from './stream-memory.ts'
import { absolute, compare, type Goal, type Row, thousands } from './table.ts'
import { startWorker, type Worker } from './worker.ts'

export const CHAT = '/chats/1'
const FOLLOWERS = 1000

/** What the process of the followers is told to do, one thing at a time. */
export type Command = { readonly seconds?: number } & (
  { readonly kind: 'open' } | { readonly kind: 'flood'; readonly senders: number } | { readonly kind: 'one at a time' }
)
export interface Reply {
  readonly measured?: Measurement | undefined
}

/** Of deliveries, against the floor. */
export const STREAM_GOAL = { atLeast: 0.8 }

export const startStreamFloor = (): Promise<Server> => startCollecting('stream-floor.ts', { NODE_ENV: 'production' })

/** All followers of one server, in a process of their own. */
export type Followers = Worker<Command, Reply>

/** Data is JSON in one line, so that this is how an event ends, and nothing else does. */
const EVENT_END = '}\n\n'

/** `counted` is what stands in each event that counts, once, and nowhere else. */
export const startFollowers = ({ url }: Server, followers = FOLLOWERS, counted = EVENT_END): Followers =>
  startWorker(new URL('stream-worker.ts', import.meta.url), [url, String(followers), counted], 'followers')

interface Pair {
  readonly of: string
  readonly to: string
}

export interface Followed {
  readonly name: string
  readonly followers: Followers
}

interface Measured extends Followed {
  readonly perStream: Memory
}

/** Opens all streams of a server that is warm, so that what it grows by is theirs. */
const followedBy = async (name: string, server: Server, { load, pace }: Stage): Promise<Measured> => {
  const seconds = Math.ceil(pace.warmSeconds / 5)
  await load.run({ kind: 'http', url: server.url, connections: CONNECTIONS, chats: 1, ...send, seconds })
  const followers = startFollowers(server)
  const perStream = await gainedBy(server, FOLLOWERS, () => followers.tell({ kind: 'open' }))
  return { name, followers, perStream }
}

/** What the followers of one are told to measure in each of its turns. */
export const measuring = ({ name, followers }: Followed, command: Command, needsWarming = false): Contender => ({
  name,
  needsWarming,
  measure: async (seconds) => {
    const { measured } = await followers.tell({ ...command, seconds })
    if (!measured) throw new Error('the followers measured nothing')
    return measured
  },
})

/** Deliveries with one sender and with several, and the time that one takes. */
export interface StreamTurns {
  readonly lone: Turns
  readonly several: Turns
  readonly timed: Turns
}

const turnsOf = async (everyone: readonly Followed[], { rounds, seconds }: Pace): Promise<StreamTurns> => {
  const pace = { rounds, seconds: Math.ceil(seconds * 0.4), warmSeconds: 1 }
  const take = (command: Command, needsWarming = false) =>
    takeTurns(
      everyone.map((followed) => measuring(followed, command, needsWarming)),
      pace,
    )
  return {
    lone: await take({ kind: 'flood', senders: 1 }, true),
    several: await take({ kind: 'flood', senders: 8 }),
    timed: await take({ kind: 'one at a time' }),
  }
}

export const rowsOf = ({ lone, several, timed }: StreamTurns, pair: Pair, goal: Goal): readonly Row[] => {
  const crowd = `${thousands(FOLLOWERS)} followers`
  const [figure, lag] = [`deliveries to ${crowd}`, `from 201 to the last of ${crowd}`]
  return [
    ...compare(lone, { figure: `${figure}, 1 sender`, quantity: 'perSecond', ...pair, goal }),
    ...compare(several, { figure: `${figure}, 8 senders`, quantity: 'perSecond', ...pair, goal }),
    ...compare(timed, { figure: `${lag}, p50`, quantity: 'p50', ...pair }),
    ...compare(timed, { figure: `${lag}, p99`, quantity: 'p99', ...pair }),
  ]
}

const memoryOf = ([ours, floor]: readonly Measured[]): readonly Row[] => {
  if (!ours || !floor) return []
  const row = (figure: string, quantity: keyof Memory, goal?: Goal): Row => ({
    ...absolute(figure, ours.perStream[quantity], ' KB', goal),
    yardstick: `floor: ${floor.perStream[quantity].toFixed(1)} KB`,
  })
  return [
    row('memory an open stream holds', 'held', { atMost: 20 }),
    row('resident memory gained by each stream opened', 'resident'),
  ]
}

const NOTES = `## Streams

Each of the ${thousands(FOLLOWERS)} followers has a connection, all in one process for each server; the floor is bare \`node:http\` that
writes an event of the same bytes to as many (\`bench/stream-floor.ts\`). A sender waits for its answer before it sends the
next message. What several senders post meanwhile goes to each of our followers in one write, hence more than the floor does.
What a stream holds is measured after a collection of garbage; resident memory also has the garbage of opening, and room
that was there before.`

/** One chat that a thousand follow, against bare `node:http` that writes the same to as many. */
export const streams: Section = async (stage) => {
  const database = await createMessenger(stage.postgres, 'streams', { chats: 1, messages: 0 })
  return stage.temporarily(startCollecting('../src/start.mjs', { DATABASE_URL: urlOf(database) }), (messenger) =>
    stage.temporarily(startStreamFloor(), async (floor) => {
      const everyone: Measured[] = []
      try {
        everyone.push(await followedBy('ours', messenger, stage))
        everyone.push(await followedBy('floor', floor, stage))
        const rows = rowsOf(await turnsOf(everyone, stage.pace), { of: 'ours', to: 'floor' }, STREAM_GOAL)
        return { rows: [...rows, ...memoryOf(everyone)], notes: NOTES }
      } finally {
        for (const { followers } of everyone) followers.stop()
      }
    }),
  )
}

/** The same turns for two messengers by their names. */
export const turnsOfTwo = async (messengers: Readonly<Record<string, Server>>, pace: Pace): Promise<StreamTurns> => {
  const everyone: Followed[] = []
  try {
    for (const [name, messenger] of Object.entries(messengers)) {
      const followers = startFollowers(messenger)
      everyone.push({ name, followers })
      await followers.tell({ kind: 'open' })
    }
    return await turnsOf(everyone, pace)
  } finally {
    for (const { followers } of everyone) followers.stop()
  }
}
