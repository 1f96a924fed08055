import type { Server } from './child.ts'
import { createMessenger } from './database.ts'
import { type Contender, type Measurement, median, takeTurns, type Turns } from './measurement.ts'
import type { Findings, Section } from './section.ts'
import type { Stage } from './stage.ts'
import { type Command, type Followed, measuring, startFollowers, startStreamFloor, STREAM_GOAL } from './streams.ts'
import { absolute, compare, type Goal, type Row, thousands } from './table.ts'
import { startOurs } from './targets.ts'
import { startWorker, type Worker } from './worker.ts'

const TYPISTS = 100
const FOLLOWERS = 1000

/** Milliseconds between two askings of a user whose client does as `openapi.yaml` says. */
const AS_ASKED_MS = 1000

export type TypingCommand = { readonly seconds?: number } & (
  { readonly kind: 'join' } | { readonly kind: 'type'; readonly pause: number } | { readonly kind: 'rest' }
)
export interface TypingReply {
  readonly asked: number
}

/** What the typists did, and what became of it, in each turn: askings and deliveries of signals per second. */
interface Typed {
  readonly asked: number[]
  readonly delivered: number[]
}

/** Counted by their beginning: signals end as messages do. */
const MESSAGE = 'event: message\n'

const eventsSentBy = async ({ url }: Server): Promise<number> => {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^event_stream_events_total (\S+)$/m.exec(metrics)?.[1])
}

const startTypists = ({ url }: Server): Worker<TypingCommand, TypingReply> =>
  startWorker(new URL('typist-worker.ts', import.meta.url), [url, String(TYPISTS)], 'typists')

const COMMANDS = {
  'messages, 1 sender': { kind: 'flood', senders: 1 },
  'messages, 8 senders': { kind: 'flood', senders: 8 },
  'message, p50': { kind: 'one at a time' },
} as const satisfies Record<string, Command>

const NAMES = {
  floor: 'floor',
  quiet: 'nobody types',
  asked: `${TYPISTS} type`,
  flood: `${TYPISTS} type as fast as they are answered`,
}

const rowsOf = (figure: string, turns: Turns, quantity: 'perSecond' | 'p50', goal?: Goal): readonly Row[] => [
  ...[NAMES.quiet, NAMES.asked].flatMap((of) =>
    compare(turns, { figure: `${figure}, ${of}`, quantity, of, to: NAMES.floor, ...(goal && { goal }) }),
  ),
  ...[NAMES.asked, NAMES.flood].flatMap((of) =>
    compare(turns, { figure: `${figure}, ${of}`, quantity, of, to: NAMES.quiet }),
  ),
]

const NOTES = `## Signals

${thousands(FOLLOWERS)} followers of one chat, who are sent messages, and ${TYPISTS} members who say that they type: each once a second, or each
again as soon as it was answered. In turns with the same while nobody types, and with the floor of streams
(\`bench/stream-floor.ts\`), against which messages are held to the same goals as where nobody types at all. Everybody is told of
each typist once in 3 seconds, in batches of 200 ms.`

/** What it costs the messages of a chat that many of its members type. */
export const signals: Section = async (stage) => {
  const database = await createMessenger(stage.postgres, 'signals', { chats: 1, messages: 0 })
  return stage.temporarily(startOurs(database), (server) =>
    stage.temporarily(startStreamFloor(), (floor) => withTypists(stage, server, floor)),
  )
}

const withTypists = async (stage: Stage, server: Server, floor: Server): Promise<Findings> => {
  const typists = startTypists(server)
  const followers = startFollowers(server, FOLLOWERS, MESSAGE)
  const floorFollowers = startFollowers(floor, FOLLOWERS, MESSAGE)
  const typed: Record<'asked' | 'flood', Typed> = {
    asked: { asked: [], delivered: [] },
    flood: { asked: [], delivered: [] },
  }

  const whileTyping = (contender: Contender, how: keyof typeof typed): Contender => ({
    ...contender,
    needsWarming: false,
    measure: async (seconds): Promise<Measurement> => {
      const [before, began] = [await eventsSentBy(server), performance.now()]
      await typists.tell({ kind: 'type', pause: how === 'asked' ? AS_ASKED_MS : 0 })
      const measured = await contender.measure(seconds)
      const { asked } = await typists.tell({ kind: 'rest' })
      const took = (performance.now() - began) / 1000
      typed[how].asked.push(asked / took)
      typed[how].delivered.push(((await eventsSentBy(server)) - before - measured.count * perMessage(contender)) / took)
      return measured
    },
  })
  /** Measured one at a time, a message is counted once, not for each of its followers. */
  const perMessage = ({ name }: Contender) => (name === 'one at a time' ? FOLLOWERS : 1)

  const turnsOf = (command: Command) => {
    const of = (name: string): Followed => ({ name, followers })
    const least = measuring({ name: NAMES.floor, followers: floorFollowers }, command, true)
    const plain = { ...measuring(of(command.kind), command), needsWarming: true }
    return takeTurns(
      [
        least,
        { ...plain, name: NAMES.quiet },
        { ...whileTyping(plain, 'asked'), name: NAMES.asked },
        { ...whileTyping(plain, 'flood'), name: NAMES.flood },
      ],
      { ...stage.pace, seconds: Math.max(3, stage.pace.seconds), warmSeconds: Math.ceil(stage.pace.warmSeconds / 5) },
    )
  }

  try {
    await typists.tell({ kind: 'join' })
    await followers.tell({ kind: 'open' })
    await floorFollowers.tell({ kind: 'open' })
    const flood = await turnsOf(COMMANDS['messages, 1 sender'])
    const several = await turnsOf(COMMANDS['messages, 8 senders'])
    const timed = await turnsOf(COMMANDS['message, p50'])
    const told = (how: keyof typeof typed): readonly Row[] => [
      absolute(`${NAMES[how]}: askings`, median(typed[how].asked), '/s'),
      absolute(`${NAMES[how]}: deliveries of signals`, median(typed[how].delivered), '/s'),
    ]
    return {
      rows: [
        ...rowsOf(`deliveries to ${thousands(FOLLOWERS)} followers, 1 sender`, flood, 'perSecond', STREAM_GOAL),
        ...rowsOf(`deliveries to ${thousands(FOLLOWERS)} followers, 8 senders`, several, 'perSecond', STREAM_GOAL),
        ...rowsOf(`from 201 to the last of ${thousands(FOLLOWERS)} followers, p50`, timed, 'p50'),
        ...told('asked'),
        ...told('flood'),
      ],
      notes: NOTES,
    }
  } finally {
    typists.stop()
    followers.stop()
    floorFollowers.stop()
  }
}
