import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CONNECTIONS, over, send } from '../contenders.ts'
import type { Connection } from '../database.ts'
import type { Asker } from '../load.ts'
import type { Stage } from '../stage.ts'
import type { Row } from '../table.ts'
import { thousands } from '../table.ts'
import { startOurs } from '../targets.ts'
import { SECRET } from './users.ts'

const COUNTER = new URL('count-verifications.ts', import.meta.url)

/**
 * How often a server of its own, which counts, verifies a signature while every connection sends with a token: when it sees
 * them first, and after that.
 */
export const warmRow = async (stage: Stage, database: Connection, askers: readonly Asker[]): Promise<Row> => {
  const file = join(stage.folder, 'verifications')
  await writeFile(file, '')
  const counted = async () => (await stat(file)).size
  const counting = {
    environment: { AUTH_JWT_SECRET: SECRET, VERIFICATIONS: file },
    options: ['--import', COUNTER.href],
  }
  return stage.temporarily(startOurs(database, undefined, counting), async (server) => {
    const { measure } = over(stage.load, 'counted', server, send, { chats: stage.sizes.chats, askers })
    await measure(1)
    const first = await counted()
    if (first < CONNECTIONS) throw new Error(`${first} signatures were verified for ${CONNECTIONS} tokens`)
    const { count } = await measure(stage.pace.seconds)
    const later = (await counted()) - first
    return {
      figure: `signatures verified in ${thousands(count)} sends with tokens seen before`,
      ours: String(later),
      yardstick: `seen first: ${first}`,
      ratio: '',
      goal: '0',
      met: later === 0 ? 'yes' : 'no',
    }
  })
}
