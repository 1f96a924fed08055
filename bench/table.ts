import { median, medianOf, type Quantity, ratiosOf, type Turns } from './measurement.ts'

export type Goal = { readonly atLeast: number } | { readonly atMost: number }

/** A line of the report. */
export interface Row {
  readonly figure: string
  readonly ours: string
  readonly yardstick: string
  readonly ratio: string
  readonly goal: string
  readonly met: '' | 'yes' | 'no'
}

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US')
const significant = (value: number): string => (value >= 100 ? thousands(value) : String(Number(value.toPrecision(3))))

const shown = (value: number, quantity: Quantity): string =>
  quantity === 'perSecond' ? `${thousands(value)}/s` : `${significant(value)} ms`

export const described = (goal: Goal | undefined, unit: string): string => {
  if (goal === undefined) return ''
  return 'atLeast' in goal ? `≥ ${goal.atLeast}${unit}` : `≤ ${goal.atMost}${unit}`
}

export const judged = (goal: Goal | undefined, value: number): Row['met'] => {
  if (goal === undefined) return ''
  return ('atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost) ? 'yes' : 'no'
}

export interface Comparison {
  readonly figure: string
  readonly quantity: Quantity
  /** Names of contenders. */
  readonly of: string
  readonly to: string
  readonly goal?: Goal
}

/** The median of the ratios, with the lowest and the highest. No row when one of the two did not take part. */
export const compare = (turns: Turns, { figure, quantity, of, to, goal }: Comparison): readonly Row[] => {
  if (!turns.has(of) || !turns.has(to)) return []
  const ratios = ratiosOf(turns, quantity, of, to)
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map(significant)
  return [
    {
      figure,
      ours: shown(medianOf(turns, of, quantity), quantity),
      yardstick: `${to}: ${shown(medianOf(turns, to, quantity), quantity)}`,
      ratio: `${significant(median(ratios))}× (${low}–${high})`,
      goal: described(goal, '×'),
      met: judged(goal, median(ratios)),
    },
  ]
}

/** A figure that stands for itself. */
export const absolute = (figure: string, value: number, unit: string, goal?: Goal): Row => ({
  figure,
  ours: `${significant(value)}${unit}`,
  yardstick: '',
  ratio: '',
  goal: described(goal, unit),
  met: judged(goal, value),
})

/** Aligned, so that it reads well as plain text too, and as Prettier would have it. */
export const markdownTable = (headings: readonly string[], body: readonly (readonly string[])[]): string => {
  const cells = [headings, ...body]
  const widths = headings.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}

const HEADINGS = ['Figure', 'Ours', 'Yardstick', 'Ratio (lowest–highest)', 'Goal', 'Met']

export const tableOf = (rows: readonly Row[]): string =>
  markdownTable(
    HEADINGS,
    rows.map((row) => [row.figure, row.ours, row.yardstick, row.ratio, row.goal, row.met]),
  )
