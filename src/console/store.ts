/** A value that changes, and whoever wants to hear of it. */
export interface Store<A> {
  readonly read: () => A
  readonly change: (next: (now: A) => A) => void
  /** Gives back what ends it. */
  readonly listen: (listener: () => void) => () => void
}

export const storeOf = <A>(first: A): Store<A> => {
  let value = first
  const listeners = new Set<() => void>()
  return {
    read: () => value,
    change: (next) => {
      const changed = next(value)
      if (changed === value) return
      value = changed
      for (const listener of [...listeners]) listener()
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
