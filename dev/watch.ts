import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'

/**
 * `node dev/watch.ts src test -- program.ts --option`: runs the program with Node, and again whenever a file changes in one
 * of the folders, or one beside them. A program that still runs is asked to stop (SIGTERM) and waited for.
 *
 * It runs in a process group of its own: a Ctrl-C reaches this process alone, which hands it on once. `node --watch` hands
 * on what the terminal has sent as well, and a second signal means "at once" to the service.
 */
const separator = process.argv.indexOf('--')
const folders = process.argv.slice(2, separator)
const command = process.argv.slice(separator + 1)

const root = join(import.meta.dirname, '..')

/** An editor that saves a file changes it several times, and one that saves all changes many. */
const SETTLED_MS = 150

let program: ChildProcess | undefined
let isReplaced = false
let ending: NodeJS.Signals | undefined
let timer: NodeJS.Timeout | undefined

const begin = () => {
  isReplaced = false
  program = spawn(process.execPath, command, { cwd: root, detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
  program.once('exit', (code, signal) => {
    program = undefined
    if (!ending && !isReplaced) console.log(`Ended with ${code ?? signal}. Waiting for changes; Ctrl-C ends.`)
  })
}

const stop = async (signal: NodeJS.Signals) => {
  if (!program) return
  const over = once(program, 'exit')
  program.kill(signal)
  await over
}

const again = async () => {
  // It begins once, however much changes until it has stopped.
  if (isReplaced) return
  isReplaced = true
  await stop('SIGTERM')
  if (!ending) begin()
}

const onChange = (_event: string, name: string | null) => {
  if (ending || !/\.(ts|mjs|json|yaml|md)$|^\.env$/.test(name ?? '')) return
  clearTimeout(timer)
  timer = setTimeout(() => void again(), SETTLED_MS)
}

for (const folder of folders.map((name) => join(root, name)).filter((path) => existsSync(path)))
  watch(folder, { recursive: true }, onChange)
watch(root, onChange)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (ending) return
    ending = signal
    clearTimeout(timer)
    void stop(signal).then(() => process.exit(0))
  })

begin()
