import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { unpackedPackages } from '../../debian-packages.ts'
import { aFreePort } from '../../free-port.ts'
import { until } from '../../until.ts'

const run = promisify(execFile)

/** The programs of the distribution's package. */
interface Programs {
  readonly prometheus: string
  readonly promtool: string
}

const find = async (): Promise<Programs> => {
  const folder = existsSync('/usr/bin/promtool')
    ? '/usr/bin'
    : join(await unpackedPackages('prometheus', ['prometheus']), 'usr/bin')
  return { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') }
}

let found: Promise<Programs | undefined> | undefined

/** Prometheus: the one that is installed, or that can be had from the distribution. */
export const prometheusPrograms = (): Promise<Programs | undefined> =>
  (found ??= find().catch((error: unknown) => {
    console.warn(`Prometheus cannot be had here, so nothing is tried with it: ${String(error).split('\n')[0] ?? ''}`)
    return undefined
  }))

/** What promtool says, with a complaint in place of a failure. */
export const promtool = async ({ promtool: command }: Programs, args: readonly string[], cwd: string, input = '') => {
  const running = run(command, args, { cwd, timeout: 30_000 })
  running.child.stdin?.end(input)
  return running.then(
    () => [],
    (error: unknown) => {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
      return [stdout + stderr]
    },
  )
}

/** One series, or one element of an answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [seconds: number, value: string]
}

export interface Prometheus {
  /** What an expression is at the moment. Rejects, with Prometheus's own words, when it is none. */
  readonly query: (expression: string) => Promise<readonly Sample[]>
  /** The rules that it has loaded, each with how it went. */
  readonly rules: () => Promise<readonly { readonly name: string; readonly health: string; readonly query: string }[]>
  readonly stop: () => Promise<void>
}

const children = new Set<ChildProcess>()

// A run that is broken off leaves none behind.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** One that runs on the configuration in a folder, and keeps its data there. */
export const startPrometheus = async ({ prometheus: command }: Programs, folder: string): Promise<Prometheus> => {
  const port = await aFreePort()
  const child = spawn(
    command,
    [
      '--config.file=prometheus.yaml',
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  children.add(child)
  const complaints = text(child.stderr)
  const url = `http://127.0.0.1:${port}`
  const ask = async <A>(target: string): Promise<A> => {
    const answer = (await (await fetch(`${url}/api/v1/${target}`)).json()) as { data: A; error?: string }
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.data
  }
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${await complaints}`)
    return fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  })

  return {
    query: async (expression) =>
      (await ask<{ readonly result: readonly Sample[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    rules: async () => {
      const { groups } = await ask<{
        readonly groups: readonly { readonly rules: Awaited<ReturnType<Prometheus['rules']>> }[]
      }>('rules')
      return groups.flatMap(({ rules }) => rules)
    },
    stop: async () => {
      children.delete(child)
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
