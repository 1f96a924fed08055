import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface NodeBinary {
  readonly path: string
  readonly version: string
}

const versionOf = (path: string) => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()

/** The Node of this project, and that of the machine when it is another: what is on PATH outside node_modules. */
export const nodes = (): readonly NodeBinary[] => {
  const ours = { path: process.execPath, version: process.version }
  const machines = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find(existsSync)
  const theirs = machines === undefined ? undefined : { path: machines, version: versionOf(machines) }
  return theirs === undefined || theirs.version === ours.version ? [ours] : [theirs, ours]
}
