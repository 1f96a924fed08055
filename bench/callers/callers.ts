import type { Server } from '../child.ts'
import { type Exchange, over, readLast, send } from '../contenders.ts'
import { joined, takeTurns, type Turns } from '../measurement.ts'
import type { Section } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'
import { coldRows } from './cold.ts'
import { crowded } from './crowd.ts'
import { askersOf, createWithMembers, MEMBERS, SECRET, usersOf } from './users.ts'
import { warmRow } from './warm.ts'

/** The three ways of asking: by a token; and where nobody has to say who they are, as the same user or as nobody. */
const TOKEN = 'token'
const NAMED = 'off, the same user'
const OFF = 'off'

type Askers = Awaited<ReturnType<typeof askersOf>>

/** One turn of each way by one pair of processes, which another one begins than in the round before. */
const turnOf = (stage: Stage, exchange: Exchange, open: Server, locked: Server, askers: Askers, round: number) => {
  const { load, pace, sizes } = stage
  const contenders = [
    over(load, TOKEN, locked, exchange, { chats: sizes.chats, askers: askers.withToken }),
    over(load, NAMED, open, exchange, { chats: sizes.chats, askers: askers.named }),
    over(load, OFF, open, exchange, { chats: sizes.chats, askers: askers.anybody }),
  ]
  const first = round % contenders.length
  return takeTurns([...contenders.slice(first), ...contenders.slice(0, first)], {
    rounds: 1,
    seconds: Math.ceil(pace.seconds * 0.6),
    warmSeconds: pace.rounds - 1,
  })
}

/**
 * What it costs to know who asks, and that it may. Two processes of one program differ by more than the goals allow, so every
 * round is one of two new processes, each on a database of its own with the same contents.
 */
export const callers: Section = async (stage) => {
  const { postgres, sizes, pace } = stage
  const [open, locked] = [
    await createWithMembers(postgres, 'callers_off', sizes),
    await createWithMembers(postgres, 'callers_on', sizes),
  ]
  const askers = await askersOf(usersOf(sizes.chats))
  const environment = { AUTH_JWT_SECRET: SECRET }
  const sends: Turns[] = []
  const reads: Turns[] = []
  for (let round = 0; round < pace.rounds + 2; round++)
    await stage.temporarily(startOurs(open), (off) =>
      stage.temporarily(startOurs(locked, undefined, { environment }), async (on) => {
        sends.push(await turnOf(stage, send, off, on, askers, round))
        reads.push(await turnOf(stage, readLast, off, on, askers, round))
      }),
    )
  const [sent, read] = [joined(sends), joined(reads)]
  const crowd = await crowded(stage)
  const by = (to: string) => ({ quantity: 'perSecond', of: TOKEN, to }) as const
  return {
    rows: [
      ...compare(sent, { figure: 'send with a token', ...by(NAMED), goal: { atLeast: 0.93 } }),
      ...compare(sent, { figure: 'send as a member', ...by(OFF), goal: { atLeast: 0.85 } }),
      ...compare(read, { figure: 'read the last 20 with a token', ...by(NAMED), goal: { atLeast: 0.93 } }),
      ...compare(read, { figure: 'read the last 20 as a member', ...by(OFF) }),
      await warmRow(stage, locked, askers.withToken),
      ...(await coldRows(stage.folder, Math.ceil(sizes.sends / 1000))),
      ...crowd.rows,
    ],
    notes: `${notesOn(sizes.chats)}\n\n${crowd.notes}`,
  }
}

const notesOn = (chats: number) => `## Callers

Each connection is a user who writes to the chats that it is a member of: ${thousands(chats)} chats with ${MEMBERS} members each. With a token it
asks a server with AUTH_JWT_SECRET; with authentication off the same user is named by On-Behalf-Of, or nobody is and the
sender is a service, which is a member of nothing. Every round is one of new processes. Tokens that were seen before are not
verified again: a server counted the signatures that it verified (\`bench/callers/count-verifications.ts\`), and
\`test/infrastructure/auth/token-authenticator.test.ts\` holds it to that. The first use of a token is timed in one process,
without HTTP.`
