import { execFileSync, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { aFreePort } from '../free-port.ts'
import { until } from '../until.ts'
import { nodes } from './nodes.ts'
import { consumersEnvironment } from './steps.ts'
import { lookAtWidget } from './widget-pages.ts'

/** The worked example, by its README. */
const ROOT = join(import.meta.dirname, '../..')
const PLACE = 'examples/support-widget'
const OWN = /(^|\/)(node_modules|package-lock\.json|[^/]+\.(tgz|log))$/

/** The commands of the README: those that test the example, and those that run it. */
const told = (): readonly [tests: string, whole: string] => {
  const readme = readFileSync(join(ROOT, PLACE, 'README.md'), 'utf8')
  const [tests = '', whole = ''] = Array.from(readme.matchAll(/^```sh\n(.*?)^```/gms), ([, block = '']) => block)
  return [tests, whole]
}

/** A folder like this project's, in which nothing of ours is written. */
const aProject = (): string => {
  const project = mkdtempSync(join(tmpdir(), 'messenger-widget-'))
  // The embedded PostgreSQL, which is another user's process where this is root's, keeps its data below.
  chmodSync(project, 0o755)
  for (const name of ['package.json', 'node_modules', 'src', 'migrations', 'openapi.yaml', 'dist'])
    symlinkSync(join(ROOT, name), join(project, name))
  mkdirSync(join(project, 'examples'))
  cpSync(join(ROOT, PLACE), join(project, PLACE), {
    recursive: true,
    filter: (path) => !OWN.test(path.slice(ROOT.length)),
  })
  return project
}

/** Builds nothing: that was the first step. */
const BUILD = 'npm run build && '

/** With the Node of the machine, as whoever follows the README has it. */
const tryTests = (project: string, commands: string) => {
  if (!commands.startsWith(BUILD)) throw new Error(`the README of the example does not begin with ${BUILD}`)
  const said = execFileSync('bash', ['-ec', commands.slice(BUILD.length)], {
    cwd: project,
    env: consumersEnvironment([dirname(nodes()[0]?.path ?? ''), process.env['PATH']].join(delimiter)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!/pass [1-9]/.test(said)) throw new Error(`no test of the example was run: ${said}`)
}

const answers = (url: string) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  )

const tryWhole = async (project: string, commands: string) => {
  const [messenger, site] = [await aFreePort(), await aFreePort()]
  const script = commands
    .replaceAll(/(localhost:|PORT=)8000\b/g, `$1${messenger}`)
    .replaceAll(/(localhost:|PORT=)3000\b/g, `$1${site}`)
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit']
  const shell = spawn('bash', ['-ec', script], { cwd: project, env: consumersEnvironment(), detached: true, stdio })
  const ended = once(shell, 'close').then(() => true)
  try {
    let isOver = false
    void ended.then(() => (isOver = true))
    await until(async () => {
      if (isOver) throw new Error(`${basename(PLACE)} ended: ${readFileSync(join(project, 'messenger.log'), 'utf8')}`)
      return (await answers(`http://localhost:${messenger}/readyz`)) && (await answers(`http://localhost:${site}/`))
    })
    await lookAtWidget(`http://localhost:${site}`)
  } finally {
    process.kill(-(shell.pid ?? 0), 'SIGTERM')
    await ended
    // The messenger stops by itself, and its database with it.
    await until(() => !isRunning(-(shell.pid ?? 0)))
  }
}

const isRunning = (group: number) => {
  try {
    return process.kill(group, 0)
  } catch {
    return false
  }
}

/** Follows the README, and looks at the pages where there is a browser. */
export const followWidget = async (): Promise<void> => {
  const project = aProject()
  try {
    const [tests, whole] = told()
    tryTests(project, tests)
    await tryWhole(project, whole)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
