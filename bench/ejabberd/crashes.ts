import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../child.ts'
import { CONNECTIONS } from '../contenders.ts'
import { type Connection, withClient } from '../database.ts'
import type { Stage } from '../stage.ts'
import { absolute, type Row, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'
import { startWorker, type Worker } from '../worker.ts'
import { type KeepSending, type Reply, startMembers } from './members.ts'
import { startEjabberd } from './node.ts'
import type { SharedPostgres } from './postgres.ts'

/** Rounds in which the server is killed, and as many in which PostgreSQL is. */
const ROUNDS = 5
/** One for each client. */
const ROOMS = CONNECTIONS

type Senders = Pick<Worker<KeepSending, Reply>, 'tell' | 'stop'>

/** One of the two, and how it is killed and looked through. */
interface Crashing {
  readonly name: string
  readonly database: Connection
  /** What its messages are in, and the column of their texts. */
  readonly table: string
  readonly text: string
  readonly start: () => Promise<Server>
  /** Clients that are ready to send. */
  readonly sendersTo: (server: Server) => Promise<Senders>
}

export interface Losses {
  readonly acknowledged: number
  readonly missing: number
}

/** How many of those that were acknowledged are not there, once what waits in queues had 2 s to arrive. */
const missingOf = ({ database, table, text }: Crashing, acknowledged: readonly string[]): Promise<number> =>
  withClient(database, async (client) => {
    const count = async () => {
      const { rows } = await client.query<{ count: string }>(
        `select count(*) from (select unnest($1::text[]) except select split_part(${text}, ' ', 1) from ${table}) missing`,
        [acknowledged],
      )
      return Number(rows[0]?.count)
    }
    const atOnce = await count()
    if (atOnce === 0) return 0
    await sleep(2000)
    return count()
  })

type Victim = 'server' | 'PostgreSQL'

/** Sends for some time, in the middle of which the victim is killed with SIGKILL. */
const round = (
  { pace, temporarily }: Stage,
  postgres: SharedPostgres,
  side: Crashing,
  victim: Victim,
  number: number,
): Promise<Losses> =>
  temporarily(side.start(), async (server) => {
    const senders = await side.sendersTo(server)
    try {
      const seconds = Math.ceil(pace.seconds * 0.4)
      const kill = async () => {
        await sleep(seconds * 1000)
        if (victim === 'PostgreSQL') await postgres.kill()
        else process.kill(server.pid, 'SIGKILL')
      }
      const sending = senders.tell({ kind: 'keep sending', seconds: 2 * seconds, round: `${victim}.${number}` })
      const [{ acknowledged = [] }] = await Promise.all([sending, kill()])
      if (acknowledged.length === 0)
        throw new Error(`${side.name} acknowledged nothing before its ${victim} was killed`)
      return { acknowledged: acknowledged.length, missing: await missingOf(side, acknowledged) }
    } finally {
      senders.stop()
    }
  })

const summed = (losses: readonly Losses[]): Losses => ({
  acknowledged: losses.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
  missing: losses.reduce((sum, { missing }) => sum + missing, 0),
})

const shown = ({ acknowledged, missing }: Losses) => `${thousands(missing)} of ${thousands(acknowledged)}`

/** What was acknowledged and is missing after kills under load, of the server and of PostgreSQL, both sides in turns. */
export const crashes = async (
  stage: Stage,
  postgres: SharedPostgres,
  ours: Connection,
  ejabberd: { readonly database: Connection; readonly folder: string },
): Promise<readonly Row[]> => {
  const sides: readonly [Crashing, Crashing] = [
    {
      name: 'ours',
      database: ours,
      table: 'messages',
      text: 'text',
      start: () => startOurs(ours),
      sendersTo: async ({ url }) => {
        const args = [url, String(CONNECTIONS), String(ROOMS)]
        return startWorker<KeepSending, Reply>(new URL('http-senders-worker.ts', import.meta.url), args, 'senders')
      },
    },
    {
      name: 'ejabberd',
      database: ejabberd.database,
      table: 'archive',
      text: 'txt',
      start: () => startEjabberd(ejabberd.folder, ejabberd.database),
      sendersTo: async (server) => {
        const members = startMembers(server)
        await members.tell({ kind: 'enter', rooms: ROOMS })
        return members
      },
    },
  ]
  const rows: Row[] = []
  for (const victim of ['server', 'PostgreSQL'] as const) {
    const losses: readonly [Losses[], Losses[]] = [[], []]
    for (let number = 0; number < ROUNDS; number++)
      for (const place of [0, 1] as const)
        losses[place].push(await round(stage, postgres, sides[place], victim, number))
    const [own, theirs] = [summed(losses[0]), summed(losses[1])]
    rows.push({
      ...absolute(
        `acknowledged and missing, ${ROUNDS} kills of ${victim === 'server' ? 'the server' : victim}`,
        own.missing,
        '',
        { atMost: 0 },
      ),
      ours: shown(own),
      yardstick: `ejabberd: ${shown(theirs)}`,
    })
  }
  return rows
}
