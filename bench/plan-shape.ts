/** What a plan that was executed looked at: a scan of a table, or of an index of it. */
interface Scan {
  readonly scan: string
  readonly table: string
  /** Rows, those passed over by a filter among them. */
  readonly rows: number
  readonly loops: number
}

const SCAN = /(?:->\s+)?(\S[^(>]*? Scan[^(]*?) on (\S+).*?rows=([\d.]+) loops=(\d+)/
const FILTERED = /Rows Removed by (?:Filter|Index Recheck): (\d+)/

/** The scans of what `explain (analyze)` printed, in its order. Those of a bitmap's indexes are part of the scan of its table. */
export const scansIn = (plan: string): readonly Scan[] => {
  const scans: Scan[] = []
  for (const line of plan.split('\n')) {
    const [, scan, table, rows, loops] = SCAN.exec(line) ?? []
    if (scan && table && !scan.startsWith('Bitmap Index') && !scan.startsWith('Function'))
      scans.push({ scan: scan.replace(/^Parallel /, ''), table, rows: Number(rows), loops: Number(loops) })
    const removed = Number(FILTERED.exec(line)?.[1] ?? 0)
    const last = scans.at(-1)
    if (removed > 0 && last) scans[scans.length - 1] = { ...last, rows: last.rows + removed }
  }
  return scans
}

/** In a line: which index of which table, and how many rows in all. Scans that were not executed are left out. */
export const shapeOf = (plan: string): string =>
  scansIn(plan)
    .filter(({ loops }) => loops > 0)
    .map(({ scan, table, rows, loops }) => {
      const what = scan.includes(' using ')
        ? `${scan.slice(scan.indexOf(' using ') + 7)} of ${table}`
        : `${scan} of ${table}`
      return `${what}: ${Math.round(rows * loops).toLocaleString('en-US')}`
    })
    .join('; ')
