import { globSync, readFileSync } from 'node:fs'
import { posix, sep } from 'node:path'
import ts from 'typescript'

/** What each file imports: files of ours by their path from the root, packages and Node's modules as they are written. */
export type Imports = ReadonlyMap<string, readonly string[]>

export const filesUnder = (folders: readonly string[], root = '.'): readonly string[] =>
  folders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,mjs}`, { cwd: root }))
    .map((file) => file.replaceAll(sep, '/'))
    .sort()

/** A relative specifier as a path from the root. */
export const targetOf = (file: string, specifier: string): string =>
  specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier

const importsIn = (file: string, text: string): readonly string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => targetOf(file, fileName))

/** Static, dynamic and type imports alike, and what is exported again. */
export const importsUnder = (folders: readonly string[], root = '.'): Imports =>
  new Map(
    filesUnder(folders, root).map((file) => [file, importsIn(file, readFileSync(posix.join(root, file), 'utf8'))]),
  )
