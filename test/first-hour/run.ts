/**
 * The first hour of somebody new, from an empty folder: `npm run first-hour`. What was committed is cloned, installed and started
 * by the commands of the README, its tours are taken, every link is followed, and the documents of a deployment are looked
 * through. Takes less than two minutes and a registry; the Docker deployment itself is tried by `npm run test:docker`, and the
 * package by `npm run test:package`. Exits with 1 when a command or a link failed.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stepsOf } from '../console-steps.ts'
import { aFreePort } from '../free-port.ts'
import { take } from './commands.ts'
import { deploymentFiles, linksOfDocuments, recipesOfHandbook } from './documents.ts'
import { follow } from './links.ts'
import { aNewcomer, type Newcomer, type Server } from './newcomer.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Row {
  readonly what: string
  readonly tried: number
  readonly failures: readonly string[]
  readonly time?: string
}

const seconds = (since: number, until = Date.now()) => `${((until - since) / 1000).toFixed(1)} s`

/** What is begun is stopped, also when the run is broken off. */
const running = new Set<Server>()
const served = async <A>(starting: Promise<Server>, work: (server: Server) => Promise<A>): Promise<A> => {
  const server = await starting
  running.add(server)
  try {
    return await work(server)
  } finally {
    running.delete(server)
    await server.stop()
  }
}

/** The line of the README that installs and starts. */
const startCommand = (readme: string): string => {
  const command = /^npm ci && npm start/m.exec(readme)?.[0]
  if (command === undefined) throw new Error('the README does not say how to start')
  return command
}

/** Variables that a command exports, as they are afterwards. */
const exportedBy = (command: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const names = Array.from(command.matchAll(/\b([A-Z_]+)=/g), ([, name = '']) => name)
  const printed = execFileSync('bash', ['-c', `${command}\nprintenv ${names.join(' ')}`], { env, encoding: 'utf8' })
  const values = printed.trimEnd().split('\n')
  return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

const tryRepository = async ({ start, environment, folder }: Newcomer, since: number): Promise<readonly Row[]> => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  const open = [...stepsOf(readme, 'A tour'), ...stepsOf(readme, 'More than text')]
  const [exporting, starting, ...guarded] = [
    ...stepsOf(readme, 'Who may do what'),
    ...stepsOf(readme, 'What have I not read'),
  ]
  if (!exporting || !starting?.command.startsWith('npm start')) throw new Error('the README lets nobody in')

  const first = await served(start(startCommand(readme)), async ({ url }) => {
    const ready = seconds(since)
    return { ready, tour: await take(open, url, environment), clicks: await follow(url) }
  })
  const secrets = exportedBy(exporting.command, environment)
  const env = { ...environment, ...secrets }
  const second = await served(start('npm start', secrets), ({ url }) => take(guarded, url, env))
  const { ready, tour, clicks } = first
  return [
    { what: `${startCommand(readme)}: served`, tried: 1, failures: [], time: ready },
    {
      what: 'the first message',
      tried: 1,
      failures: tour.firstMessageAt === undefined ? ['no message was made'] : [],
      time: seconds(since, tour.firstMessageAt),
    },
    { what: 'commands of the tour, and of more than text', tried: tour.commands, failures: tour.failures },
    { what: 'commands of who may do what, and of what was read', tried: second.commands, failures: second.failures },
    { what: 'links of the running service', tried: clicks.links, failures: clicks.failures },
  ]
}

const tryDocuments = (folder: string): readonly Row[] => {
  const [links, recipes, files] = [linksOfDocuments(folder), recipesOfHandbook(folder), deploymentFiles(folder)]
  return [
    { what: 'links between documents', tried: links.links, failures: links.failures },
    { what: 'recipes of docs/operating.md', tried: recipes.blocks, failures: recipes.failures },
    { what: 'files of the deployment', tried: files.blocks, failures: files.failures },
  ]
}

const print = (rows: readonly Row[]) => {
  const width = Math.max(...rows.map(({ what }) => what.length))
  for (const { what, tried, failures, time = '' } of rows) {
    const counts = `${String(tried).padStart(4)} tried  ${String(failures.length).padStart(2)} failed`
    console.log(`${what.padEnd(width)}  ${counts}  ${time}`.trimEnd())
  }
  for (const failure of rows.flatMap(({ failures }) => failures)) console.error(`\n${failure}`)
}

const parent = mkdtempSync(join(tmpdir(), 'messenger-first-hour-'))
// Started by root, PostgreSQL runs as another user, who must be able to reach its data.
chmodSync(parent, 0o755)
const stopAll = () => Promise.allSettled([...running].map(({ stop }) => stop()))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void stopAll().then(() => process.exit(130)))
process.on('exit', () => rmSync(parent, { recursive: true, force: true }))

const since = Date.now()
const newcomer = aNewcomer(root, parent, await aFreePort())
const rows = [...(await tryRepository(newcomer, since)), ...tryDocuments(newcomer.folder)]
print(rows)
console.log(`\n${seconds(since)} in all`)
process.exitCode = rows.some(({ failures }) => failures.length > 0) ? 1 : 0
