import type { Plot } from './plot.ts'
import type { Stage } from './stage.ts'
import type { Row } from './table.ts'

/** What a section found out. */
export interface Findings {
  readonly rows: readonly Row[]
  /** Markdown to follow the table. */
  readonly notes?: string
  readonly plot?: Plot
}

/** One part of the benchmark, on the servers that are set up for it. */
export type Section = (stage: Stage) => Promise<Findings>
