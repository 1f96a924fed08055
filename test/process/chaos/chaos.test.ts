import { expect } from 'chai'
import { cleanUp, onlyOnLinux } from '../server-process.ts'
import { run } from './run.ts'

/** `npm run test:torture` takes its time; the ordinary run shows that it works. */
const SHORT = 3
const KILLS = Number(process.env['CHAOS_KILLS'] ?? (process.env['TORTURE'] ? 200 : SHORT))
const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

/** Milliseconds that a kill may take, with all that is about it. */
const ROUND_MS = 20_000

onlyOnLinux('Two servers behind PgBouncer on one PostgreSQL', function () {
  this.timeout(120_000 + KILLS * ROUND_MS)
  afterEach(cleanUp)

  // What is killed when is the seed's; what the machine does meanwhile is not.
  it(`keep every promise while processes are killed ${KILLS} times, and networks and sessions break`, async () => {
    const lines: string[] = [`seed ${SEED}`]
    const isLong = KILLS > SHORT
    const log = (line: string) => (isLong ? console.log(line) : lines.push(line))
    const { violations, ...figures } = await run({ seed: SEED, kills: KILLS, isQuiet: isLong }, log)
    if (isLong || violations.length > 0) console.log(lines.join('\n'), figures, `${violations.length} violations`)
    // Whoever does nothing breaks no promise.
    expect(figures.acknowledged, 'changes that were acknowledged').to.be.above(KILLS * 20)
    expect(figures.events, 'events that were seen').to.be.above(figures.acknowledged)
    expect(
      violations.slice(0, 50).map(({ rule, what }) => `${rule}: ${what}`),
      `seed ${SEED}`,
    ).to.deep.equal([])
  })
})
