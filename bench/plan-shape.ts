import { thousands } from './table.ts'

/** What a plan that was executed looked at: a scan of a table, or of an index of it. */
interface Scan {
  readonly scan: string
  readonly table: string
  /** In each loop, those among them that a filter removed. */
  readonly rows: number
  readonly loops: number
}

const SCAN = /(?:->\s+)?(\S[^(>]*? Scan[^(]*?) on (\S+).*?rows=([\d.]+) loops=(\d+)/
const FILTERED = /Rows Removed by (?:Filter|Index Recheck): (\d+)/

/** The scans of what `explain (analyze)` printed, in its order. */
const scansIn = (plan: string): readonly Scan[] => {
  const scans: Scan[] = []
  for (const line of plan.split('\n')) {
    const [, scan, table, rows, loops] = SCAN.exec(line) ?? []
    if (scan && table) scans.push({ scan, table, rows: Number(rows), loops: Number(loops) })
    const removed = Number(FILTERED.exec(line)?.[1] ?? 0)
    const last = scans.at(-1)
    if (removed > 0 && last) scans[scans.length - 1] = { ...last, rows: last.rows + removed }
  }
  return scans
}

/** Of no table, and those of indexes that the scan of a table is made of. */
const isLeftOut = ({ scan }: Scan) => /^(?:Function|CTE|Subquery|Bitmap Index)\b/.test(scan)

/** In a line: which index of which table, and how many rows in all. Without what was not executed. */
export const shapeOf = (plan: string): string =>
  scansIn(plan)
    .filter((found) => !isLeftOut(found))
    .map(({ scan, table, rows, loops }) => {
      const index = /(?<= using ).+/.exec(scan)?.[0]
      return `${index ?? scan} of ${table}: ${thousands(rows * loops)}`
    })
    .join('; ')
