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

const parentOf = (pid: string): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

/** Of the server's process and those that it started and that are there, whatever other servers the machine has. */
export const takenByPostgres = ({ pid: postmaster }: { readonly pid: number }): number =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && (Number(pid) === postmaster || parentOf(pid) === postmaster))
    .reduce((sum, pid) => sum + takenBy(pid), 0)
