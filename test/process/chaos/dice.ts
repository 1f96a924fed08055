/** Chance that a seed repeats: the same seed, asked the same, answers the same. */
export interface Dice {
  /** At least 0, less than 1. */
  readonly roll: () => number
  /** A whole number, both bounds included. */
  readonly between: (low: number, high: number) => number
  readonly pick: <A>(from: readonly A[]) => A
  /** Dice of their own for one who is named: what others roll does not change them. */
  readonly of: (name: string) => Dice
}

/** FNV-1a, 32 bits. */
const hashOf = (text: string) => {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}

/** Mulberry32. */
export const diceOf = (seed: number): Dice => {
  let state = seed >>> 0
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + Math.floor(roll() * (high - low + 1))
  return {
    roll,
    between,
    pick: (from) => {
      const picked = from[between(0, from.length - 1)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
    of: (name) => diceOf(hashOf(`${seed} ${name}`)),
  }
}
