import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/**
 * Makes `dist` the folder of the published package: the testing, client and conformance entries, what they import, and a
 * package.json that asks for nothing else. The service itself, its database and its Node stay at home.
 */
const ROOT = join(import.meta.dirname, '../..')
const DIST = join(ROOT, 'dist')
const COMPILED = join(DIST, 'compiled')
const COMPILED_SOURCES = join(COMPILED, 'src')

const ENTRIES = ['testing', 'client', 'conformance']
const COMMAND = 'conformance/main.js'

/** What a file is replaced with, and why: see the other. */
const STAND_INS = new Map([
  ['interfaces/http/service/console-modules.js', 'testing/console-modules.js'],
  ['interfaces/http/service/swagger-ui.js', 'testing/swagger-ui.js'],
])

const IMPORT = /((?:\bfrom|\bimport)\s*\(?\s*)(['"])([^'"]+)\2/g

/** Copies the file and what it imports. Gives the packages that are left to be installed. */
const publish = (file: string, packages = new Set<string>(), published = new Set<string>()): ReadonlySet<string> => {
  if (published.has(file)) return packages
  published.add(file)
  const isDeclaration = file.endsWith('.d.ts')

  const text = readFileSync(join(COMPILED_SOURCES, file), 'utf8')
  const rewritten = text.replaceAll(IMPORT, (whole, before: string, quote: string, specifier: string) => {
    if (specifier.startsWith('.')) {
      const named = posix.join(posix.dirname(file), specifier).replace(/\.[jt]s$/, isDeclaration ? '.d.ts' : '.js')
      const target = STAND_INS.get(named) ?? named
      publish(target, packages, published)
      const path = posix.relative(posix.dirname(file), target).replace(/\.d\.ts$/, '.js')
      return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
    }
    if (isDeclaration) throw new Error(`${file} shows types of ${specifier}: whoever installs the package lacks them`)
    if (!specifier.startsWith('node:')) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
    return whole
  })

  const target = join(DIST, 'lib', file)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, rewritten)
  return packages
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

/**
 * What `require` finds: the same modules, which Node 20.19, 22.12 and later load by it. An older Node, and what is like one, is told
 * so. The declarations stand there again, for to TypeScript a module is what the package.json above it says.
 */
const publishForRequire = () => {
  const target = join(DIST, 'commonjs')
  cpSync(join(DIST, 'lib'), target, {
    recursive: true,
    filter: (path) => path.endsWith('.d.ts') || statSync(path).isDirectory(),
  })
  writeFileSync(join(target, 'package.json'), '{ "type": "commonjs" }\n')
  for (const entry of ENTRIES) {
    const remedy = `messenger-api/${entry} is an ES module. require() of one needs Node 20.19, 22.12 or later; otherwise: await import('messenger-api/${entry}')`
    writeFileSync(
      join(target, entry, 'index.js'),
      `'use strict'

try {
  module.exports = require('../../lib/${entry}/index.js')
} catch (error) {
  if (error.code !== 'ERR_REQUIRE_ESM' && error.name !== 'SyntaxError') throw error
  throw new Error(${JSON.stringify(remedy)}, { cause: error })
}
`,
    )
  }
}

const entryPoint = (folder: string, entry: string) => ({
  types: `./${folder}/${entry}/index.d.ts`,
  default: `./${folder}/${entry}/index.js`,
})

const manifestOf = ({ name, version, description, license, dependencies }: Manifest, packages: Iterable<string>) => ({
  name,
  version,
  description: `${description} In memory for tests, a typed client, and the conformance suite.`,
  license,
  type: 'module',
  engines: { node: '>=20' },
  exports: Object.fromEntries(
    ENTRIES.map((entry) => [
      `./${entry}`,
      { require: entryPoint('commonjs', entry), default: entryPoint('lib', entry) },
    ]),
  ),
  // For TypeScript that looks for modules as Node 10 did.
  typesVersions: {
    '*': Object.fromEntries(ENTRIES.map((entry) => [entry, [entryPoint('commonjs', entry).types]])),
  },
  bin: { 'messenger-conformance': `lib/${COMMAND}` },
  dependencies: Object.fromEntries(
    [...packages].sort().map((one) => {
      const wanted = dependencies[one]
      if (wanted === undefined) throw new Error(`${one} is imported and no dependency of ours`)
      return [one, wanted]
    }),
  ),
})

export const build = (): void => {
  rmSync(DIST, { recursive: true, force: true })
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  })

  const packages = new Set<string>()
  const published = new Set<string>()
  for (const file of [...ENTRIES.map((entry) => `${entry}/index.js`), COMMAND]) publish(file, packages, published)
  for (const entry of ENTRIES) publish(`${entry}/index.d.ts`, packages, published)
  rmSync(COMPILED, { recursive: true })
  publishForRequire()

  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
  writeFileSync(join(DIST, 'package.json'), `${JSON.stringify(manifestOf(manifest, packages), null, 2)}\n`)
  for (const file of ['openapi.yaml', 'LICENSE']) cpSync(join(ROOT, file), join(DIST, file))
  cpSync(join(ROOT, 'docs/testing-your-code.md'), join(DIST, 'README.md'))
}

if (import.meta.main) build()
