import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The packages of the distribution, unpacked into a folder of ours below the system's temporary one, which is kept: nothing is
 * installed, and nothing started. Packages that they depend on are to be named, too. Rejects where they cannot be had.
 */
export const unpackedPackages = async (name: string, packages: readonly string[]): Promise<string> => {
  const folder = join(tmpdir(), `messenger-test-${name}`)
  const root = join(folder, 'root')
  if (existsSync(root)) return root
  await mkdir(folder, { recursive: true })
  const options = { cwd: folder, timeout: 60_000 }
  await run('apt-get', ['download', ...packages], options).catch(async () => {
    await run('apt-get', ['update'], options)
    await run('apt-get', ['download', ...packages], options)
  })
  const unpacking = await mkdtemp(join(folder, 'unpacking-'))
  await chmod(unpacking, 0o755)
  for (const file of await readdir(folder))
    if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(folder, file), unpacking])
  await run('mv', ['-T', unpacking, root]).catch(() => rm(unpacking, { recursive: true }))
  return root
}

/** Where the programs of an unpacked folder find their libraries. */
export const libraryPathOf = async (root: string): Promise<{ readonly LD_LIBRARY_PATH: string }> => {
  const folders = await readdir(join(root, 'usr/lib')).catch(() => [])
  return { LD_LIBRARY_PATH: join(root, 'usr/lib', folders.find((name) => name.includes('linux')) ?? '') }
}
