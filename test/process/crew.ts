import { readdirSync, readFileSync } from 'node:fs'
import type { LogLine, ServerProcess } from './server-process.ts'
import { until } from '../until.ts'

/** What a log line says of its process, and of the request that it is about. */
type Line = LogLine & { readonly pid: number; readonly reqId?: string }

const linesOf = ({ logs }: ServerProcess) => logs as readonly Line[]

/** Whether there is a process that is more than an entry in the system's table. */
export const isRunning = (pid: number): boolean => {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const parentOf = (pid: string) => {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

const isOneOf = (pid: string) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('workers/worker.ts')
  } catch {
    return false
  }
}

/** Process ids of the workers that a service has, whether they serve yet or not. */
export const workersOf = ({ pid }: ServerProcess): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid && isOneOf(name))
    .map(Number)
    .filter(isRunning)

/** The workers that have said that they serve, in the order in which they did, and which run. */
export const serving = (server: ServerProcess): readonly number[] =>
  linesOf(server)
    .map(({ msg }) => Number(/^worker (\d+) serves$/.exec(msg)?.[1]))
    .filter((pid) => !Number.isNaN(pid) && isRunning(pid))

/** The process that answered each of these requests, as its log says. */
export const whoAnswered = async (server: ServerProcess, requestIds: readonly string[]): Promise<readonly number[]> => {
  const lineOf = (id: string) => linesOf(server).find(({ reqId }) => reqId === id)
  await until(() => requestIds.every(lineOf))
  return requestIds.map((id) => lineOf(id)?.pid ?? 0)
}
