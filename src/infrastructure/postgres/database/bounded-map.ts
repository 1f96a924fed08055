/** What was set lately, within a limit. */
export interface Recent<Key, Value> {
  readonly get: (key: Key) => Value | undefined
  readonly set: (key: Key, value: Value) => void
  readonly forget: (key: Key) => void
  readonly forgetAll: () => void
}

/**
 * Two generations of half the limit each: when the younger one is full, the older one is forgotten as a whole. To take
 * values out one by one would leave the collector a trail of tables that it takes for alive.
 */
export const recent = <Key, Value>(limit: number, weigh: (value: Value) => number = () => 1): Recent<Key, Value> => {
  let younger = new Map<Key, Value>()
  let older = new Map<Key, Value>()
  let weight = 0

  const forget = (key: Key) => {
    const value = younger.get(key)
    if (value !== undefined) weight -= weigh(value)
    younger.delete(key)
    older.delete(key)
  }

  return {
    get: (key) => younger.get(key) ?? older.get(key),
    set: (key, value) => {
      const before = younger.get(key)
      weight += weigh(value) - (before === undefined ? 0 : weigh(before))
      younger.set(key, value)
      if (weight <= limit / 2) return
      older = younger
      younger = new Map()
      weight = 0
    },
    forget,
    forgetAll: () => {
      younger.clear()
      older.clear()
      weight = 0
    },
  }
}
