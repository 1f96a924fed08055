import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Binaries, initdbIn } from './binaries.ts'
import type { Placement } from './placement.ts'
import { ENVIRONMENT, isLinux, isWindows, WORKING_DIRECTORY } from './platform.ts'

/** `none` writes nothing through to the disk. */
export type Durability = 'full' | 'none'

/** Windows has no socket folder to keep others out, so a password does. */
const passwordFile = (dataDir: string) => join(dataDir, 'messenger-password')

export const passwordOf = (dataDir: string): string | undefined =>
  isWindows ? readFileSync(passwordFile(dataDir), 'utf8') : undefined

/** Texts sort alike on every platform. The builtin provider came with PostgreSQL 17. */
const localeOptions = (major: number) => {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  return isLinux ? ['--locale=C', '--lc-ctype=C.UTF-8'] : ['--locale=C']
}

/** Creates the files of a cluster in an empty folder. */
export const runInitdb = async (
  folder: string,
  binaries: Binaries,
  placement: Placement,
  durability: Durability,
): Promise<void> => {
  const secrets = isWindows ? mkdtempSync(join(tmpdir(), 'mpg-')) : undefined
  try {
    const password = randomBytes(24).toString('base64url')
    if (secrets !== undefined) writeFileSync(join(secrets, 'password'), password, { mode: 0o600 })
    const auth =
      secrets === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${join(secrets, 'password')}`]
    const sync = durability === 'none' ? ['--no-sync'] : []
    await promisify(execFile)(
      initdbIn(binaries),
      ['-D', folder, '-U', 'postgres', '-E', 'UTF8', ...auth, ...localeOptions(binaries.major), ...sync],
      { cwd: WORKING_DIRECTORY, env: ENVIRONMENT, ...placement.runAs },
    )
    if (secrets !== undefined) writeFileSync(passwordFile(folder), password, { mode: 0o600 })
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string }
    throw new Error(`initdb could not make a database in ${placement.dataDir}: ${stderr?.trim() || message}`, {
      cause: error,
    })
  } finally {
    if (secrets !== undefined) rmSync(secrets, { recursive: true, force: true })
  }
}
