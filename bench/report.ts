import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { pgbenchVersion } from './limit.ts'
import { drawPlot } from './plot.ts'
import type { Findings } from './section.ts'
import { LOAD_DESCRIPTION } from './sections.ts'
import { serverSettings, type Stage } from './stage.ts'
import { tableOf, thousands } from './table.ts'
import { peerVersions } from './targets.ts'

/** Where and how the figures came about. */
export interface Circumstances {
  readonly lines: readonly string[]
  /** What was left out for want of a program. */
  readonly missing: readonly string[]
}

const commit = (): string => {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const changed = git('status', '--porcelain', '--', '../src', '../bench', '../migrations').trim() !== ''
    return `, commit ${git('rev-parse', '--short', 'HEAD').trim()}${changed ? ' with uncommitted changes' : ''}`
  } catch {
    return ''
  }
}

const versionIn = async (path: string): Promise<string> =>
  (JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')) as { version: string }).version

export const circumstancesOf = async (stage: Stage, command: string): Promise<Circumstances> => {
  const { rounds, seconds, warmSeconds } = stage.pace
  const { chats, messages } = stage.sizes
  const [peer, pgbench, settings] = [await peerVersions(), await pgbenchVersion(), await serverSettings(stage)]
  const dependency = async (name: string) => `${name} ${await versionIn(`../node_modules/${name}/package.json`)}`
  return {
    lines: [
      `Date: ${new Date().toISOString().slice(0, 10)}, by \`${command}\``,
      `Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${thousands(totalmem() / 2 ** 30)} GB, ${type()} ${release()}; clients, servers and PostgreSQL share it`,
      `Ours: Messenger API ${await versionIn('../package.json')}${commit()}, one process, default settings`,
      `Versions: Node ${process.versions.node}, ${await dependency('express')}, ${await dependency('autocannon')}`,
      ...('versions' in peer ? [`Peer: ${peer.versions}, one worker`] : []),
      ...('version' in pgbench ? [`Limit: ${pgbench.version}, -M prepared -c 64 -j 2`] : []),
      `PostgreSQL, one server for all: ${settings.join(', ')}`,
      `Load: ${LOAD_DESCRIPTION}; ${thousands(chats)} chats with ${thousands(messages)} messages each to begin with; texts of 100 characters`,
      `Turns: ${rounds} rounds of ${seconds} s each, after ${warmSeconds} s of warming up`,
    ],
    missing: [peer, pgbench].flatMap((found) => ('missing' in found ? [found.missing] : [])),
  }
}

const YARDSTICKS = `Every ratio is of two measurements taken in turn within this run: the median of the rounds, with the lowest and the
highest. The absolute figures belong to this machine on this day and to nothing else.

- **Floor**: an Express handler with our reading of bodies and a JSON answer of the same size, from no database
  (\`bench/floor.ts\`).
- **Peer**: FastAPI, SQLAlchemy and asyncpg under one uvicorn worker, on the same PostgreSQL (\`bench/fastapi_peer.py\`).
- **Limit**: pgbench on the same PostgreSQL; a transaction locks the chat's row, takes the next number, inserts the
  message and commits, in one statement (\`bench/sql.ts\`); reading is the plain SELECT of the last 20.`

const PLOT_FILE = 'benchmarks.svg'

/** Writes benchmarks.md, and the plot when it was measured, into the folder. */
export const writeReport = async (
  folder: string,
  findings: readonly Findings[],
  { lines, missing }: Circumstances,
  leftOut: readonly string[],
): Promise<string> => {
  await mkdir(folder, { recursive: true })
  const plot = findings.find((found) => found.plot)?.plot
  if (plot) await writeFile(join(folder, PLOT_FILE), drawPlot(plot))
  const remarks = [
    ...missing,
    ...(leftOut.length > 0 ? [`Not part of this run: ${leftOut.join(', ')} (\`npm run bench -- --full\`).`] : []),
  ]
  const parts = [
    '# Benchmarks',
    'Written by `npm run bench`; do not edit.',
    YARDSTICKS,
    '## Figures',
    tableOf(findings.flatMap(({ rows }) => rows)),
    ...remarks,
    ...(plot ? [`![${plot.title}](${PLOT_FILE})`] : []),
    ...findings.flatMap(({ notes }) => notes ?? []),
    '## Circumstances',
    lines.map((line) => `- ${line}`).join('\n'),
  ]
  const file = join(folder, 'benchmarks.md')
  await writeFile(file, `${parts.join('\n\n')}\n`)
  return file
}
