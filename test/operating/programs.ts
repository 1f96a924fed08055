import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { libraryPathOf, unpackedPackages } from '../debian-packages.ts'

/** A program, and what its environment has to have. */
export interface Program {
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

const packagesOf = {
  nginx: ['nginx'],
  haproxy: ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1'],
  caddy: ['caddy'],
} as const

export type ProxyName = keyof typeof packagesOf

const FOLDERS = ['usr/sbin', 'usr/bin', 'usr/local/sbin', 'usr/local/bin']

const within = (root: string, name: string) =>
  FOLDERS.map((folder) => join(root, folder, name)).find((path) => existsSync(path))

const find = async (name: ProxyName): Promise<Program> => {
  const installed = within('/', name)
  if (installed !== undefined) return { command: installed, environment: {} }
  const root = await unpackedPackages(name, packagesOf[name])
  return { command: within(root, name) ?? name, environment: await libraryPathOf(root) }
}

const found = new Map<ProxyName, Promise<Program | undefined>>()

/** The program that is installed, or that can be had from the distribution; undefined, and a warning, when neither. */
export const programOf = (name: ProxyName): Promise<Program | undefined> => {
  const known =
    found.get(name) ??
    find(name).catch((error: unknown) => {
      console.warn(`${name} cannot be had here, so nothing is tried with it: ${String(error).split('\n')[0] ?? ''}`)
      return undefined
    })
  found.set(name, known)
  return known
}
