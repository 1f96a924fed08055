import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Recipe, recipesOf } from './recipes.ts'
import type { SystemPostgres } from './system-postgres.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs commands as somebody would at a terminal, with the programs of that PostgreSQL and nothing of the caller's variables. */
export const inShell = async (
  commands: string,
  { programs }: SystemPostgres,
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const { folder, environment } = programs
  const PATH = [variables['PATH'], folder, process.env['PATH']].filter((part) => part !== undefined).join(':')
  const env = { LC_ALL: 'C.UTF-8', HOME: '/nonexistent', ...environment, ...variables, PATH }
  const child = spawn('bash', ['-c', commands], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit') as Promise<[number | null]>
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { status, stdout, stderr }
}

/** The one block below a heading that holds a text, with others in the place of paths and names. */
export const commandsOf = (
  heading: string,
  containing: string,
  replaced: Readonly<Record<string, string>> = {},
  written = 'sh',
): string => {
  const isIt = ({ language, text }: Recipe) => language === written && text.includes(containing)
  const [found, ...others] = recipesOf(heading).filter(isIt)
  if (!found || others.length > 0) throw new Error(`not one block below "${heading}" has "${containing}"`)
  return Object.entries(replaced).reduce((commands, [from, to]) => {
    if (!commands.includes(from)) throw new Error(`the block below "${heading}" has no "${from}"`)
    return commands.replaceAll(from, to)
  }, found.text)
}
