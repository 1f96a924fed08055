import { CONNECTIONS, over, send } from '../contenders.ts'
import { type Connection, createMessenger, settle, withClient } from '../database.ts'
import { type Contender, type Measurement, median, takeTurns } from '../measurement.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { COLLECTING, gainedBy } from '../stream-memory.ts'
import { absolute, compare, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'
import { startWorker } from '../worker.ts'

const FOLLOWERS = 1000
const CHATS = 100

/** A round of entries takes a good part of a second: a turn needs some of them. */
const SECONDS = 4

/** What the process of the followers is told to do, one thing at a time. */
export type FollowingCommand = { readonly seconds?: number } & (
  { readonly kind: 'open' } | { readonly kind: 'settle' } | { readonly kind: 'probe'; readonly seconds: number }
)
export interface FollowingReply {
  /** The rate is that of all entries, the times are those from a send to an entry that shows it. */
  readonly measured?: Measurement
}

/** Everybody is a member of every chat. */
const createShared = async ({ postgres }: Stage): Promise<Connection> => {
  const database = await createMessenger(postgres, 'inbox_followers', { chats: CHATS, messages: 20 })
  await withClient(database, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query(`
      insert into members (chat_id, user_id, role, joined_at, revision)
      select c, 'follower-' || n, 'member', now(), 0
      from generate_series(1, ${CHATS}) c, generate_series(0, ${FOLLOWERS - 1}) n`)
    await settle(client, 'members')
  })
  return database
}

const QUIET = 'nobody else sends'
const BUSY = `${CONNECTIONS} send`

/** Streams of inboxes that share their chats, while messages are sent to all of these. */
export const followedInboxes = async (stage: Stage): Promise<Findings> => {
  const { load, pace } = stage
  const database = await createShared(stage)
  return stage.temporarily(startOurs(database, undefined, { options: COLLECTING }), async (server) => {
    const flood = over(load, 'sends', server, send, { chats: CHATS })
    await flood.measure(Math.ceil(pace.warmSeconds / 5))
    const program = new URL('follower-worker.ts', import.meta.url)
    const followers = startWorker<FollowingCommand, FollowingReply>(
      program,
      [server.url, String(FOLLOWERS), String(CHATS)],
      'followers of inboxes',
    )
    const told = async (command: FollowingCommand): Promise<Measurement> => {
      const { measured } = await followers.tell(command)
      if (!measured) throw new Error('the followers measured nothing')
      return measured
    }
    const sends: number[] = []
    const probing = (name: string, measure: Contender['measure']): Contender => ({
      name,
      measure: async (seconds) => {
        const measured = await measure(seconds)
        await followers.tell({ kind: 'settle' })
        return measured
      },
    })
    try {
      const perStream = await gainedBy(server, FOLLOWERS, () => followers.tell({ kind: 'open' }))
      const turns = await takeTurns(
        [
          probing(QUIET, (seconds) => told({ kind: 'probe', seconds })),
          probing(BUSY, async (seconds) => {
            const [measured, sent] = await Promise.all([told({ kind: 'probe', seconds }), flood.measure(seconds)])
            sends.push(sent.perSecond)
            return measured
          }),
        ],
        { ...pace, seconds: Math.max(SECONDS, pace.seconds), warmSeconds: Math.ceil(pace.warmSeconds / 5) },
      )
      const crowd = `${thousands(FOLLOWERS)} inboxes`
      const pair = { of: BUSY, to: QUIET }
      return {
        rows: [
          ...compare(turns, { figure: `entries to ${crowd}, ${BUSY}`, quantity: 'perSecond', ...pair }),
          ...compare(turns, { figure: `from send to entry, ${BUSY}, p50`, quantity: 'p50', ...pair }),
          ...compare(turns, { figure: `from send to entry, ${BUSY}, p99`, quantity: 'p99', ...pair }),
          absolute(`sends meanwhile`, median(sends.slice(-pace.rounds)), '/s'),
          absolute('memory an open stream of an inbox holds', perStream.held, ' KB', { atMost: 20 }),
          absolute('resident memory gained by each stream of an inbox', perStream.resident, ' KB', { atMost: 20 }),
        ],
        notes: NOTES,
      }
    } finally {
      followers.stop()
    }
  })
}

const NOTES = `## Streams of inboxes

${thousands(FOLLOWERS)} users follow their inboxes, each a member of the same ${CHATS} chats, to which ${CONNECTIONS} connections send at random. A chat that is
written to has each of its members told of its newest state, and a burst makes one entry of it. One message at a time is sent
beside them and timed until each of a few followers has an entry that shows it or a later one of its chat; where nobody else
sends, the rest after the round before it is in that time. After each turn these must have been told the newest message of every chat.`
