import { residentOf } from './child.ts'
import { CONNECTIONS, send } from './contenders.ts'
import { createMessenger } from './database.ts'
import type { Section } from './section.ts'
import { startOurs } from './targets.ts'
import { absolute, type Row, thousands } from './table.ts'

const LIMIT_MS = 25 * 60_000
const STEPS = 10

/** A server of its own, from its first request on. Growth is what it gained since the first fifth, its warming up. */
export const memory: Section = async ({ load, postgres, sizes, temporarily }) => {
  const database = await createMessenger(postgres, 'memory', { chats: sizes.chats, messages: 0 })
  return temporarily(startOurs(database), async ({ url, pid }) => {
    const amount = sizes.sends / STEPS
    const resident = [(await residentOf(pid)) / 1024]
    const deadline = Date.now() + LIMIT_MS
    while (resident.length <= STEPS && Date.now() < deadline) {
      const crowd = { connections: CONNECTIONS, chats: sizes.chats, seconds: 0, amount }
      await load.run({ kind: 'http', url, ...crowd, ...send })
      resident.push((await residentOf(pid)) / 1024)
    }
    const sent = (resident.length - 1) * amount
    const [, , afterFirstFifth = NaN] = resident
    const last = resident.at(-1) ?? NaN
    const figure = `after ${thousands(sent)} sends`
    const rows: readonly Row[] = [
      absolute(`resident memory ${figure}`, last, ' MB', { atMost: 150 }),
      absolute(`resident memory, highest of ${resident.length} samples`, Math.max(...resident), ' MB'),
      absolute(`resident memory ${figure}, of that after a fifth of them`, last / afterFirstFifth, '×', {
        atMost: 1.1,
      }),
    ]
    const series = resident.map((megabytes) => Math.round(megabytes)).join(', ')
    const notes = `## Memory\n\nResident MB from the start, every ${thousands(amount)} sends: ${series}.`
    return { rows, notes }
  })
}
