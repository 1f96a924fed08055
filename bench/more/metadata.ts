import { CONNECTIONS, type Exchange, over, send } from '../contenders.ts'
import { TEXT } from '../database.ts'
import { takeTurns } from '../measurement.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare } from '../table.ts'

const BYTES = 200

/** An application's object of so many bytes, as compact JSON. */
export const metadataOf = (bytes: number): Readonly<Record<string, unknown>> => {
  const most = { kind: 'order', order: 4711, urgent: true, tags: ['fragile', 'gift'], note: '' }
  return { ...most, note: 'x'.repeat(bytes - JSON.stringify(most).length) }
}

const WITH = `${BYTES} bytes of metadata`
const sendWithMetadata: Exchange = { ...send, body: JSON.stringify({ text: TEXT, metadata: metadataOf(BYTES) }) }

/** What a send takes more for what the application attaches. */
export const sendsWithMetadata = async ({ load, ours, pace, sizes }: Stage): Promise<Findings> => {
  const server = await ours()
  const crowd = { chats: sizes.chats, connections: CONNECTIONS }
  const turns = await takeTurns(
    [over(load, WITH, server, sendWithMetadata, crowd), over(load, 'without', server, send, crowd)],
    { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3) },
  )
  return {
    rows: compare(turns, {
      figure: `send with ${WITH}`,
      quantity: 'perSecond',
      of: WITH,
      to: 'without',
      goal: { atLeast: 0.9 },
    }),
  }
}
