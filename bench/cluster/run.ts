import { parseArgs } from 'node:util'
import {
  type Crowd,
  type Exchange,
  getMessage,
  over,
  readAnywhere,
  readLast,
  send,
  sendWithKey,
} from '../contenders.ts'
import { startLoad } from '../load.ts'
import { type Pace, takeTurns } from '../measurement.ts'
import { compare, type Goal, type Row, tableOf } from '../table.ts'
import { startOurs } from '../targets.ts'
import { plainDatabase, spreadDatabase } from './databases.ts'

/*
 * One server on the cluster that CITUS_URL names against one on a plain database of the coordinator's PostgreSQL, in turns, 64
 * connections each. `--quick` shows that it works; `--shards 8` spreads over as many, instead of one a machine.
 */

const { CITUS_URL } = process.env
if (CITUS_URL === undefined) {
  console.error('CITUS_URL names no cluster: nothing is measured')
  process.exit(0)
}

const { quick, shards } = parseArgs({ options: { quick: { type: 'boolean' }, shards: { type: 'string' } } }).values
const pace: Pace = quick ? { rounds: 2, seconds: 2, warmSeconds: 2 } : { rounds: 5, seconds: 4, warmSeconds: 8 }
const CONTENTS = { chats: 1000, messages: 100 }

const MANY: Crowd = { chats: CONTENTS.chats, messages: CONTENTS.messages }
const FIGURES: readonly (readonly [figure: string, exchange: Exchange, crowd: Crowd, goal?: Goal])[] = [
  ['send, 1,000 chats', send, MANY, { atLeast: 0.5 }],
  ['send, one hot chat', send, { chats: 1 }, { atLeast: 0.85 }],
  ['send with a key, 1,000 chats', sendWithKey, MANY],
  ['read the last 20', readLast, MANY, { atLeast: 0.5 }],
  ['read 20 anywhere', readAnywhere, MANY],
  ['get a message', getMessage, MANY],
  ['a lone send', send, { ...MANY, connections: 1 }],
]

const [spread, plain] = [
  await spreadDatabase(CITUS_URL, CONTENTS, shards === undefined ? undefined : Number(shards)),
  await plainDatabase(CITUS_URL, CONTENTS),
]
const load = startLoad()
const servers = [await startOurs(spread), await startOurs(plain)] as const
const stop = async () => {
  await Promise.allSettled(servers.map((server) => server.stop()))
  await load.stop()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop().finally(() => process.exit(130)))

try {
  const rows: Row[] = []
  for (const [figure, exchange, crowd, goal] of FIGURES) {
    const contenders = (['cluster', 'plain'] as const).map((name, index) =>
      over(load, name, servers[index] as (typeof servers)[0], exchange, crowd),
    )
    const turns = await takeTurns(contenders, pace)
    rows.push(...compare(turns, { figure, quantity: 'perSecond', of: 'cluster', to: 'plain', ...(goal && { goal }) }))
    rows.push(...compare(turns, { figure: `${figure}, p50`, quantity: 'p50', of: 'cluster', to: 'plain' }))
    console.log(tableOf(rows.slice(-2)))
  }
  console.log(`\n${tableOf(rows)}`)
  process.exitCode = rows.some(({ met }) => met === 'no') ? 1 : 0
} finally {
  await stop()
}
