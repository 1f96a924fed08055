import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Pace } from './measurement.ts'
import { circumstancesOf, writeReport } from './report.ts'
import type { Findings } from './section.ts'
import { SECTIONS } from './sections.ts'
import { setStage, type Sizes, type Stage } from './stage.ts'
import { tableOf } from './table.ts'

const named = (isAlone: boolean) =>
  Object.entries(SECTIONS)
    .filter(([, { alone = false }]) => alone === isAlone)
    .map(([name]) => name)
    .join(', ')

const HELP = `npm run bench -- [options] [section …]

Measures Messenger API against its yardsticks and prints a table.
Sections: ${named(false)}
Only when named: ${named(true)}

  --full           every section of the first line (about half an hour); without it and without names, the short ones (about 8 minutes)
  --quick          the same, tiny and untrustworthy: shows that the bench works
  --out <folder>   writes benchmarks.md there. A whole run writes to docs/, a quick or a partial one nowhere
  --against <folder>  for the section against: another checkout, installed, to compare this one with
  --data <folder>  keeps PostgreSQL's data below it while running; must be on a disk. Default /var/tmp
  --help`

const usageError = (message: string): never => {
  console.error(`${message}\n\n${HELP}`)
  process.exit(64)
}

const readArguments = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        full: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        out: { type: 'string' },
        data: { type: 'string' },
        against: { type: 'string' },
      },
    })
  } catch (error) {
    return usageError((error as Error).message)
  }
}

const { values, positionals } = readArguments()
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const unknown = positionals.filter((name) => !(name in SECTIONS))
if (unknown.length > 0) usageError(`There is no section ${unknown.join(', ')}`)

const pace: Pace = values.quick ? { rounds: 2, seconds: 1, warmSeconds: 1 } : { rounds: 3, seconds: 5, warmSeconds: 15 }
const sizes: Sizes = values.quick
  ? { chats: 1000, messages: 20, growth: 100_000, deepChat: 50_000, sends: 5000 }
  : { chats: 1000, messages: 100, growth: 10_000_000, deepChat: 1_000_000, sends: 1_000_000 }
const everything = values.full || values.quick
const chosen = Object.entries(SECTIONS).filter(([name, { long, alone }]) =>
  positionals.length > 0 ? positionals.includes(name) : !alone && (everything || !long),
)
const out = values.out ?? (values.quick || positionals.length > 0 ? undefined : join(import.meta.dirname, '..', 'docs'))

const LONGEST_MS = (values.quick ? 10 : 90) * 60_000

let settingStage: Promise<Stage> | undefined
let ending: Promise<never> | undefined

/** Stops everything, whatever comes in between, and ends the process. */
const end = (status: number): Promise<never> => {
  ending ??= (async () => {
    const stage = await settingStage?.catch(() => undefined)
    await stage?.stop().catch((error: unknown) => console.error(error))
    process.exit(status)
  })()
  return ending
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(130))
setTimeout(() => {
  console.error(`The bench did not finish within ${LONGEST_MS / 60_000} minutes`)
  void end(1)
}, LONGEST_MS).unref()

const measure = async (): Promise<void> => {
  const stage = await (settingStage = setStage(pace, sizes, values))
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')
  const circumstances = await circumstancesOf(stage, command)
  console.log([...circumstances.lines, ...circumstances.missing].join('\n'))

  const findings: Findings[] = []
  for (const [name, { run }] of chosen) {
    const startedAt = Date.now()
    process.stdout.write(`\n${name} … `)
    const found = await run(stage)
    findings.push(found)
    console.log(`${Math.round((Date.now() - startedAt) / 1000)} s`)
    if (found.rows.length > 0) console.log(tableOf(found.rows))
    if (found.notes) console.log(`\n${found.notes}`)
  }
  console.log(`\n${tableOf(findings.flatMap(({ rows }) => rows))}`)
  if (out === undefined) return
  const leftOut = Object.keys(SECTIONS).filter((name) => !chosen.some(([ran]) => ran === name))
  console.log(`\nwritten: ${await writeReport(out, findings, circumstances, leftOut)}`)
}

try {
  await measure()
} catch (error) {
  if (ending === undefined)
    console.error(`\nThe bench failed: ${error instanceof Error ? error.message : String(error)}`)
  await end(1)
}
await end(0)
