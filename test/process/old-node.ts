import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

const versionOf = (path: string) => {
  const { error, stdout } = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  return error ? '' : stdout.trim()
}

const isTooOld = (version: string) => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return version !== '' && (major < 22 || (major === 22 && minor < 18))
}

/** A Node too old for the service, when this machine has one. */
export const anOldNode = (): { readonly path: string; readonly version: string } | undefined =>
  [...new Set([...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'])]
    .map((folder) => join(folder, 'node'))
    .map((path) => ({ path, version: versionOf(path) }))
    .find(({ version }) => isTooOld(version))
