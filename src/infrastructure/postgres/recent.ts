/** What was set latest, within a limit. */
export interface Recent<Key, Value> {
  readonly get: (key: Key) => Value | undefined
  readonly set: (key: Key, value: Value) => void
  readonly forget: (key: Key) => void
  readonly forgetAll: () => void
}

/** Forgets what was not set for longest as soon as all of it together weighs more than the limit. */
export const recent = <Key, Value>(limit: number, weigh: (value: Value) => number = () => 1): Recent<Key, Value> => {
  const values = new Map<Key, Value>()
  let weight = 0

  const forget = (key: Key) => {
    const value = values.get(key)
    if (value === undefined) return
    weight -= weigh(value)
    values.delete(key)
  }

  return {
    get: (key) => values.get(key),
    set: (key, value) => {
      // A map remembers in which order its keys came.
      forget(key)
      values.set(key, value)
      weight += weigh(value)
      for (const oldest of values.keys()) {
        if (weight <= limit) return
        forget(oldest)
      }
    },
    forget,
    forgetAll: () => {
      values.clear()
      weight = 0
    },
  }
}
