/** What one contender did in one turn. Times are milliseconds. */
export interface Measurement {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly count: number
}

export type Quantity = 'perSecond' | 'p50' | 'p99'

/** One of those that take turns. */
export interface Contender {
  readonly name: string
  readonly measure: (seconds: number) => Promise<Measurement>
  /** False for what is warm as soon as it starts. */
  readonly needsWarming?: boolean
}

export interface Pace {
  readonly rounds: number
  readonly seconds: number
  readonly warmSeconds: number
}

/** The turns of each contender, by its name; the n-th of all were taken in the same round. */
export type Turns = ReadonlyMap<string, readonly Measurement[]>

/**
 * Warms everyone, then lets them take short turns, beginning each round with another one: the machine's speed drifts,
 * so only what was measured side by side is compared.
 */
export const takeTurns = async (contenders: readonly Contender[], pace: Pace): Promise<Turns> => {
  for (const { needsWarming = true, measure } of contenders) if (needsWarming) await measure(pace.warmSeconds)
  const turns = new Map(contenders.map(({ name }) => [name, [] as Measurement[]]))
  for (let round = 0; round < pace.rounds; round++) {
    const first = round % contenders.length
    for (const { name, measure } of [...contenders.slice(first), ...contenders.slice(0, first)])
      turns.get(name)?.push(await measure(pace.seconds))
  }
  return turns
}

/** The turns of all of them as if they had been taken one after the other. */
export const joined = (all: readonly Turns[]): Turns =>
  new Map(Array.from(all[0]?.keys() ?? [], (name) => [name, all.flatMap((turns) => turns.get(name) ?? [])]))

/** The p-th of the sorted values, p from 0 to 1. */
export const percentile = (sorted: ArrayLike<number>, p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? NaN

/** What so many answers make, each of which took so many milliseconds, in `seconds` altogether. */
export const summaryOf = (milliseconds: readonly number[], seconds: number): Measurement => {
  const sorted = Float64Array.from(milliseconds).sort()
  return {
    perSecond: sorted.length / seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    count: sorted.length,
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return (percentile(sorted, 0.5) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2
}

export const medianOf = (turns: Turns, name: string, quantity: Quantity): number =>
  median((turns.get(name) ?? []).map((turn) => turn[quantity]))

/** One contender's quantity in multiples of another's, round by round. */
export const ratiosOf = (turns: Turns, quantity: Quantity, name: string, yardstick: string): readonly number[] =>
  (turns.get(name) ?? []).map((turn, round) => turn[quantity] / (turns.get(yardstick)?.[round]?.[quantity] ?? NaN))
