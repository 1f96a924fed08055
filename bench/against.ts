import type { Server } from './child.ts'
import { type Crowd, type Exchange, getChat, getMessage, over, readAnywhere, readLast, send } from './contenders.ts'
import { joined, type Pace, takeTurns, type Turns } from './measurement.ts'
import type { Section } from './section.ts'
import type { Stage } from './stage.ts'
import { rowsOf, type StreamTurns, turnsOfTwo } from './streams.ts'
import { compare, thousands } from './table.ts'

const PAIR = { of: 'now', to: 'before' }

/** How much slower a figure may be than before, that noise may explain. */
const GOAL = { atLeast: 0.97 }

interface Figure {
  readonly figure: string
  readonly exchange: Exchange
  readonly crowd: Crowd
}

const figuresOf = ({ sizes }: Stage): readonly Figure[] => {
  const many = { chats: sizes.chats, messages: sizes.messages }
  return [
    { figure: `send, ${thousands(sizes.chats)} chats`, exchange: send, crowd: many },
    { figure: 'send, one hot chat', exchange: send, crowd: { chats: 1 } },
    { figure: 'send, one lone client', exchange: send, crowd: { ...many, connections: 1 } },
    { figure: 'read the last 20', exchange: readLast, crowd: many },
    { figure: 'read 20 anywhere', exchange: readAnywhere, crowd: many },
    { figure: 'get a chat with its last 20', exchange: getChat, crowd: many },
    { figure: 'get a message', exchange: getMessage, crowd: many },
  ]
}

interface Comparison {
  readonly turns: readonly Turns[]
  readonly streams: StreamTurns
}

/** One turn of each figure by one pair of processes, the one that goes first in every other pair second. */
const comparePair = async (stage: Stage, now: Server, before: Server, pair: number): Promise<Comparison> => {
  const { load } = stage
  const pace: Pace = { rounds: 1, seconds: Math.ceil(stage.pace.seconds * 0.6), warmSeconds: stage.pace.rounds }
  const turns: Turns[] = []
  for (const { exchange, crowd } of figuresOf(stage)) {
    const contenders = [over(load, 'now', now, exchange, crowd), over(load, 'before', before, exchange, crowd)]
    turns.push(await takeTurns(pair % 2 === 0 ? contenders : contenders.reverse(), pace))
  }
  return { turns, streams: await turnsOfTwo({ now, before }, { ...stage.pace, rounds: 1 }) }
}

/**
 * This checkout against another one, named with --against, each on a database of its own in one PostgreSQL. Two processes
 * of one program differ by more than the goal allows, so every round is one of new processes.
 */
export const against: Section = async (stage) => {
  const found: Comparison[] = []
  for (let pair = 0; pair < 2 * stage.pace.rounds + 1; pair++)
    found.push(await stage.pair((now, before) => comparePair(stage, now, before, pair)))
  const rows = figuresOf(stage).flatMap(({ figure }, place) => {
    const turns = joined(found.flatMap((comparison) => comparison.turns[place] ?? []))
    return compare(turns, { figure, quantity: 'perSecond', ...PAIR, goal: GOAL })
  })
  const streamed = (of: keyof StreamTurns) => joined(found.map(({ streams }) => streams[of]))
  const streams = { lone: streamed('lone'), several: streamed('several'), timed: streamed('timed') }
  return { rows: [...rows, ...rowsOf(streams, PAIR, GOAL)] }
}
