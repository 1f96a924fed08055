import { getChat, getMessage, over, readAnywhere, readLast, send } from './contenders.ts'
import { takeTurns } from './measurement.ts'
import type { Section } from './section.ts'
import { streamsOfTwo } from './streams.ts'
import { compare, type Row, thousands } from './table.ts'

const PAIR = { of: 'now', to: 'before' }

/** How much slower a figure may be than before, that noise may explain. */
const GOAL = { atLeast: 0.97 }

/** This checkout against another one, named with --against, each on a database of its own in one PostgreSQL. */
export const against: Section = async (stage) => {
  const { load, sizes, pace } = stage
  const [now, before] = [await stage.ours(), await stage.before()]
  const many = { chats: sizes.chats, messages: sizes.messages }
  const figures = [
    [`send, ${thousands(sizes.chats)} chats`, send, many],
    ['send, one hot chat', send, { chats: 1 }],
    ['send, one lone client', send, { ...many, connections: 1 }],
    ['read the last 20', readLast, many],
    ['read 20 anywhere', readAnywhere, many],
    ['get a chat with its last 20', getChat, many],
    ['get a message', getMessage, many],
  ] as const
  const rows: Row[] = []
  for (const [figure, exchange, crowd] of figures) {
    const contenders = [over(load, 'now', now, exchange, crowd), over(load, 'before', before, exchange, crowd)]
    const turns = await takeTurns(contenders, { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3) })
    rows.push(...compare(turns, { figure, quantity: 'perSecond', ...PAIR, goal: GOAL }))
  }
  return { rows: [...rows, ...(await streamsOfTwo(stage, [now, before], PAIR, GOAL))] }
}
