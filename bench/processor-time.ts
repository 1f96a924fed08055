import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds in a tick of /proc, which counts hundredths of a second on every Linux. */
const TICK = 10_000

/** Microseconds of CPU that the process took so far, in and for its own code; 0 once it is gone. */
export const takenBy = (pid: number | string): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number)
    return (user + system) * TICK
  } catch {
    return 0
  }
}

const commandOf = (pid: string) => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}

export const takenByPostgres = (): number =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && commandOf(pid).startsWith('postgres'))
    .reduce((sum, pid) => sum + takenBy(pid), 0)
