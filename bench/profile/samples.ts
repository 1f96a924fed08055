import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A frame of a stack: the name of what ran, and of the file that it is from. */
export interface Frame {
  readonly symbol: string
  readonly file: string
}

/** What a processor was doing at one moment, the innermost frame first. */
export type Sample = readonly Frame[]

/** Samples a second, odd so that they march in step with no timer. */
const FREQUENCY = 499

const HUGE = 512 * 1024 * 1024

export const isPerfThere = (): Promise<boolean> =>
  promisify(execFile)('perf', ['--version']).then(
    () => true,
    () => false,
  )

const frameOf = (line: string): Frame => {
  const [, symbol = '', file = ''] = /^\s*[0-9a-f]+ (.*) \((.*)\)$/.exec(line) ?? []
  return { symbol, file }
}

/** What `perf script` says, stack by stack. */
export const samplesIn = (script: string): readonly Sample[] =>
  script
    .split('\n\n')
    .map((block) =>
      block
        .split('\n')
        .filter((line) => /^\s+[0-9a-f]+ /.test(line))
        .map(frameOf),
    )
    .filter((sample) => sample.length > 0)

/** Looks at a process while the work goes on, by perf(1). The process names its own code (`node --perf-basic-prof`). */
export const sampled = async (
  pid: number,
  folder: string,
  work: () => Promise<unknown>,
): Promise<readonly Sample[]> => {
  const data = join(folder, `perf-${pid}.data`)
  const args = ['record', '-q', '-e', 'cpu-clock', '-F', String(FREQUENCY), '-g', '-o', data, '-p', String(pid)]
  const perf = spawn('perf', args, { stdio: 'ignore' })
  const ended = once(perf, 'exit')
  await work()
  perf.kill('SIGINT')
  await ended
  const { stdout } = await promisify(execFile)('perf', ['script', '-i', data, '-F', 'ip,sym,dso', '--no-inline'], {
    maxBuffer: HUGE,
  })
  await rm(data, { force: true })
  return samplesIn(stdout)
}
