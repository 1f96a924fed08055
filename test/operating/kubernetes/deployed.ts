import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from './manifest.ts'

export const folder = fileURLToPath(new URL('../../../deploy/kubernetes/', import.meta.url))
export const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')

/** All that the folder has, as it stands there. */
export const manifests: readonly Manifest[] = readdirSync(folder)
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) => parseAllDocuments(textOf(file)).map((document) => document.toJS() as Manifest))
