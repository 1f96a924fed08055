import { execFileSync, type StdioOptions } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from './build.ts'
import { consumersEnvironment } from './steps.ts'

/** From an empty folder to the first green test, by the guide: `npm run test:first` packs and does it alone. */
const ROOT = join(import.meta.dirname, '../..')
const GUIDE = join(ROOT, 'docs/testing-your-code.md')

interface FirstTest {
  readonly file: string
  readonly text: string
  readonly commands: readonly string[]
}

/** What the guide tells to write, and the commands that it gives below that. */
const told = (): FirstTest => {
  const guide = readFileSync(GUIDE, 'utf8')
  const [, file = '', text, commands] =
    /^## The first test\n.*?^<!-- ([\w.]+) -->\n\n```js\n(.*?)^```\n\n```sh\n(.*?)^```/ms.exec(guide) ?? []
  if (text === undefined || commands === undefined) throw new Error('the guide has no first test')
  return { file, text, commands: commands.trim().split('\n') }
}

export interface FirstHour {
  readonly seconds: number
  readonly commands: number
  /** Those that failed: the guide is wrong. */
  readonly failed: readonly string[]
}

/** Does what the guide says, with the Node that is first on `path`. */
export const firstTest = (tarball: string, env: NodeJS.ProcessEnv): FirstHour => {
  const { file, text, commands } = told()
  const folder = mkdtempSync(join(tmpdir(), 'messenger-first-'))
  try {
    copyFileSync(tarball, join(folder, basename(tarball)))
    const start = performance.now()
    writeFileSync(join(folder, file), text)
    const failed = commands.filter((command) => {
      try {
        const stdio: StdioOptions = ['ignore', 'pipe', 'inherit']
        const said = execFileSync('bash', ['-c', command], { cwd: folder, env, encoding: 'utf8', stdio })
        return command.endsWith('--test') && !/pass 1$/m.test(said)
      } catch (error) {
        console.error(String((error as { stdout?: string }).stdout))
        return true
      }
    })
    return { seconds: (performance.now() - start) / 1000, commands: commands.length, failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Says how long it took; throws when a command of the guide failed. */
export const reportFirstTest = (tarball: string, env: NodeJS.ProcessEnv): void => {
  const { seconds, commands, failed } = firstTest(tarball, env)
  console.log(`  ${seconds.toFixed(1)} s to the first green test; of ${commands} commands ${failed.length} failed`)
  if (failed.length > 0) throw new Error(`the guide gives commands that fail: ${failed.join('; ')}`)
}

if (import.meta.main) {
  build()
  const folder = mkdtempSync(join(tmpdir(), 'messenger-package-'))
  try {
    const args = ['pack', join(ROOT, 'dist'), '--json', '--pack-destination', folder]
    const [{ filename } = { filename: '' }] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as {
      filename: string
    }[]
    reportFirstTest(join(folder, filename), consumersEnvironment())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
