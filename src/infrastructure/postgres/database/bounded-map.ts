/** A map that holds what was set lately, within a limit. */
export interface BoundedMap<Key, Value> {
  readonly get: (key: Key) => Value | undefined
  readonly set: (key: Key, value: Value) => void
  readonly delete: (key: Key) => void
  readonly clear: () => void
}

/**
 * Two generations of half the limit each: when the younger one is full, the older one is dropped as a whole. Deleting
 * single entries makes V8 rehash the map; each discarded table stays reachable from old space and keeps its values alive.
 */
export const boundedMap = <Key, Value>(
  limit: number,
  weigh: (value: Value) => number = () => 1,
): BoundedMap<Key, Value> => {
  let younger = new Map<Key, Value>()
  let older = new Map<Key, Value>()
  let weight = 0

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
    delete: (key) => {
      const value = younger.get(key)
      if (value !== undefined) weight -= weigh(value)
      younger.delete(key)
      older.delete(key)
    },
    clear: () => {
      younger.clear()
      older.clear()
      weight = 0
    },
  }
}
