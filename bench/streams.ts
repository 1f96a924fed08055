import { execFile, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Server, startServer } from './child.ts'
import { CONNECTIONS, send } from './contenders.ts'
import { createMessenger } from './database.ts'
import { type Contender, type Measurement, type Pace, takeTurns } from './measurement.ts'
import type { Section } from './sections.ts'
import type { Stage } from './stage.ts'
import { absolute, compare, type Row, thousands } from './table.ts'
import { startOurs } from './targets.ts'

export const CHAT = '/chats/1'
export const FOLLOWERS = 1000

/** What the process of the followers is told to do, one thing at a time. */
export type Command = { readonly seconds?: number } & (
  { readonly kind: 'open' } | { readonly kind: 'flood'; readonly senders: number } | { readonly kind: 'one at a time' }
)
export interface Reply {
  readonly measured?: Measurement | undefined
}

/** Until memory is what it will be. */
const SETTLE_MS = 1000
const GRACE_MS = 60_000

interface Followers {
  readonly tell: (command: Command) => Promise<Reply>
  readonly stop: () => void
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** All followers of one server, in a process of their own. */
const startFollowers = ({ url }: Server): Followers => {
  const child = fork(file('stream-worker.ts'), [url])
  const tell = (command: Command) =>
    new Promise<Reply>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        child.off('message', onReply).off('exit', onExit)
        settle()
      }
      const fail = (message: string) => finish(() => reject(new Error(message)))
      const onExit = (code: number | null, signal: string | null) =>
        fail(`the process of the followers ended, ${signal ?? code}`)
      const onReply = (reply: Reply | { readonly failed: string }) =>
        'failed' in reply ? fail(reply.failed) : finish(() => resolve(reply))
      const timer = setTimeout(() => fail('the followers did not finish in time'), GRACE_MS)
      child.on('message', onReply).once('exit', onExit)
      child.send(command)
    })
  return { tell, stop: () => void child.kill('SIGKILL') }
}

const startFloor = (): Promise<Server> =>
  startServer({
    command: process.execPath,
    args: () => [file('stream-floor.ts')],
    env: (port) => ({ PATH: process.env['PATH'], PORT: String(port), NODE_ENV: 'production' }),
    probe: '/readyz',
  })

/** Resident set of a process, in KB. */
const residentOf = async (pid: number): Promise<number> =>
  Number((await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout)

interface Followed {
  readonly name: string
  readonly followers: Followers
  /** Resident KB for each open stream. */
  readonly perStream: number
}

/** Opens all streams of a server that is warm, so that what it grows by is theirs. */
const followedBy = async (name: string, server: Server, { load, pace }: Stage): Promise<Followed> => {
  const seconds = Math.ceil(pace.warmSeconds / 3)
  await load.run({ kind: 'http', url: server.url, connections: CONNECTIONS, chats: 1, ...send, seconds })
  await sleep(SETTLE_MS)
  const before = await residentOf(server.pid)
  const followers = startFollowers(server)
  await followers.tell({ kind: 'open' })
  await sleep(SETTLE_MS)
  return { name, followers, perStream: ((await residentOf(server.pid)) - before) / FOLLOWERS }
}

const measuring = ({ name, followers }: Followed, command: Command, needsWarming: boolean): Contender => ({
  name,
  needsWarming,
  measure: async (seconds) => {
    const { measured } = await followers.tell({ ...command, seconds })
    if (!measured) throw new Error('the followers measured nothing')
    return measured
  },
})

const rowsOf = async (everyone: readonly Followed[], { rounds, seconds }: Pace): Promise<readonly Row[]> => {
  const pace = { rounds, seconds: Math.ceil(seconds * 0.4), warmSeconds: 1 }
  const take = (command: Command, needsWarming = false) =>
    takeTurns(
      everyone.map((followed) => measuring(followed, command, needsWarming)),
      pace,
    )
  const lone = await take({ kind: 'flood', senders: 1 }, true)
  const several = await take({ kind: 'flood', senders: 8 })
  const timed = await take({ kind: 'one at a time' })
  const crowd = `${thousands(FOLLOWERS)} followers`
  const [figure, lag] = [`deliveries to ${crowd}`, `from 201 to the last of ${crowd}`]
  const pair = { of: 'ours', to: 'floor' }
  const goal = { atLeast: 0.7 }
  return [
    ...compare(lone, { figure: `${figure}, 1 sender`, quantity: 'perSecond', ...pair, goal }),
    ...compare(several, { figure: `${figure}, 8 senders`, quantity: 'perSecond', ...pair, goal }),
    ...compare(timed, { figure: `${lag}, p50`, quantity: 'p50', ...pair }),
    ...compare(timed, { figure: `${lag}, p99`, quantity: 'p99', ...pair }),
  ]
}

const NOTES = `## Streams

Each of the ${thousands(FOLLOWERS)} followers has a connection, all in one process for each server; its floor is bare \`node:http\` that
writes an event of the same bytes to as many (\`bench/stream-floor.ts\`). A sender waits for its answer before it sends the
next message. What several senders post meanwhile goes to each of our followers in one write, hence more than the floor does.`

/** One chat that a thousand follow, against bare `node:http` that writes the same to as many. */
export const streams: Section = async (stage) => {
  const database = await createMessenger(stage.postgres, 'streams', { chats: 1, messages: 0 })
  return stage.temporarily(startOurs(database), (messenger) =>
    stage.temporarily(startFloor(), async (floor) => {
      const everyone: Followed[] = []
      try {
        everyone.push(await followedBy('ours', messenger, stage))
        everyone.push(await followedBy('floor', floor, stage))
        const rows = await rowsOf(everyone, stage.pace)
        const [ours = NaN, bare = NaN] = everyone.map(({ perStream }) => perStream)
        const memory = absolute('resident memory of an open stream', ours, ' KB', { atMost: 20 })
        return { rows: [...rows, { ...memory, yardstick: `floor: ${bare.toFixed(1)} KB` }], notes: NOTES }
      } finally {
        for (const { followers } of everyone) followers.stop()
      }
    }),
  )
}
