import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { unpackedPackages } from '../../debian-packages.ts'
import type { Manifest } from './manifest.ts'

const run = promisify(execFile)

interface Kubectl {
  readonly minor: number
  /** What it would send to a cluster for a folder with a kustomization. It asks none. */
  readonly kustomize: (folder: string) => Promise<readonly Manifest[]>
}

const on = async (command: string): Promise<Kubectl> => {
  const { stdout } = await run(command, ['version', '--client', '--output=json'])
  const { clientVersion } = JSON.parse(stdout) as { readonly clientVersion: { readonly minor: string } }
  return {
    minor: Number.parseInt(clientVersion.minor, 10),
    kustomize: async (folder) => {
      const { stdout } = await run(command, ['kustomize', folder])
      return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
    },
  }
}

const find = async () => {
  for (const command of ['/usr/bin/kubectl', '/usr/local/bin/kubectl']) if (existsSync(command)) return on(command)
  return on(join(await unpackedPackages('kubernetes-client', ['kubernetes-client']), 'usr/bin/kubectl'))
}

let found: Promise<Kubectl | undefined> | undefined

/** kubectl: the one that is installed, or that can be had from the distribution. */
export const kubectl = (): Promise<Kubectl | undefined> =>
  (found ??= find().catch((error: unknown) => {
    console.warn(`kubectl cannot be had here, so no manifest is put together: ${String(error).split('\n')[0] ?? ''}`)
    return undefined
  }))
