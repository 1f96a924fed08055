import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Connection, TEXT } from './database.ts'
import type { Measurement } from './measurement.ts'
import { lastMessages, postMessage } from './sql.ts'

const run = promisify(execFile)
const CLIENTS = 64
const THREADS = 2
/** The time pgbench is given includes that in which its clients connect; its rate leaves it out. */
const CONNECTING_SECONDS = 2

/** The version of the pgbench on the PATH, or why there is no limit. */
export const pgbenchVersion = async (): Promise<{ readonly version: string } | { readonly missing: string }> => {
  try {
    const { stdout } = await run('pgbench', ['--version'])
    return { version: stdout.trim() }
  } catch {
    return { missing: 'The limit was not measured; it needs pgbench on the PATH (Debian: postgresql-contrib).' }
  }
}

export interface Limit {
  readonly send: (seconds: number) => Promise<Measurement>
  readonly read: (seconds: number) => Promise<Measurement>
}

const numberIn = (output: string, pattern: RegExp): number => {
  const found = pattern.exec(output)?.[1]
  if (found === undefined) throw new Error(`pgbench said nothing of ${pattern.source}:\n${output}`)
  return Number(found)
}

/** What PostgreSQL itself does of the same, asked by pgbench with 64 clients and prepared statements. */
export const pgbenchLimit = async (connection: Connection, chats: number, folder: string): Promise<Limit> => {
  const { host, port, user, password, database } = connection
  const script = async (name: string, sql: string) => {
    const file = join(folder, `${name}.sql`)
    await writeFile(file, `\\set chat random(1, ${chats})\n${sql};\n`)
    return file
  }
  const files = {
    send: await script('send', postMessage(':chat', `'${TEXT}'`)),
    read: await script('read', lastMessages(':chat', 20)),
  }

  const measure =
    (name: keyof typeof files) =>
    async (seconds: number): Promise<Measurement> => {
      const location = ['-h', host, '-p', String(port), '-U', user]
      const load = [
        '-n',
        '-M',
        'prepared',
        '-c',
        String(CLIENTS),
        '-j',
        String(THREADS),
        '-T',
        String(Math.ceil(seconds) + CONNECTING_SECONDS),
      ]
      const { stdout } = await run('pgbench', [...location, ...load, '-f', files[name], database], {
        timeout: seconds * 1000 + 60_000,
        env: { PATH: process.env['PATH'], ...(password === undefined ? {} : { PGPASSWORD: password }) },
      })
      if (numberIn(stdout, /failed transactions: (\d+)/) > 0) throw new Error(`pgbench had failures:\n${stdout}`)
      return {
        perSecond: numberIn(stdout, /tps = ([\d.]+)/),
        // pgbench tells a mean and no percentiles.
        p50: NaN,
        p99: NaN,
        count: numberIn(stdout, /actually processed: (\d+)/),
      }
    }
  return { send: measure('send'), read: measure('read') }
}
