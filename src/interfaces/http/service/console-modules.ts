import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { squeezedScript, squeezedStyle } from './squeezed.ts'

const SOURCES = new URL('../../../', import.meta.url)
const MAIN = new URL('console/main.ts', SOURCES)

/** The files of the console, by the names that they are served under. */
export type ConsoleModules = ReadonlyMap<string, string>

/**
 * Node 24 has called it experimental in one warning since it is there, and an operator can do nothing about it. It is
 * synchronous: no other warning can come in between.
 */
const withoutTypes = (source: string): string => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const warn = process.emitWarning
  process.emitWarning = () => undefined
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = warn
  }
}

/** `console/main.ts` is `main.js`, `client/index.ts` is `client-index.js`, `preact/hooks` is `preact-hooks.js`. */
const nameOf = (specifier: string, url: URL): string => {
  const isOurs = url.href.startsWith(SOURCES.href)
  const path = isOurs ? url.href.slice(SOURCES.href.length, -'.ts'.length).replace(/^console\//, '') : specifier
  return `${path.replaceAll('/', '-')}.js`
}

const IMPORT = /(\b(?:from|import)\s*\(?\s*)(["'])([^"']+)\2/g

interface Found {
  readonly name: string
  readonly url: URL
}

const foundFrom = (from: URL, specifier: string): Found => {
  const url = new URL(specifier.startsWith('.') ? new URL(specifier, from) : import.meta.resolve(specifier))
  return { url, name: nameOf(specifier, url) }
}

/** Reads the module and what it imports. Browsers find no packages, so each import is told where it is. */
const collect = async ({ name, url }: Found, modules: Map<string, string>): Promise<void> => {
  if (modules.has(name)) return
  modules.set(name, '')
  const text = await readFile(url, 'utf8')
  const script = url.pathname.endsWith('.ts') ? squeezedScript(withoutTypes(text)) : text.replace(/\n\/\/# .*\n?$/, '')
  const imported: Found[] = []
  const rewritten = script.replaceAll(IMPORT, (_, before: string, quote: string, specifier: string) => {
    const found = foundFrom(url, specifier)
    imported.push(found)
    return `${before}${quote}./${found.name}${quote}`
  })
  modules.set(name, rewritten)
  for (const found of imported) await collect(found, modules)
}

/** The scripts of the console: its main file, and whatever that imports, of ours or of a package. */
export const consoleModules = async (): Promise<ConsoleModules> => {
  const modules = new Map<string, string>()
  await collect({ name: 'main.js', url: MAIN }, modules)
  return modules
}

export const consoleStyle = async (): Promise<string> =>
  squeezedStyle(await readFile(new URL('console/style.css', SOURCES), 'utf8'))
