/** A signal from many to one. Raised before it is awaited, or several times, it wakes once. */
export interface WakeUp {
  readonly raise: () => void
  readonly raised: () => Promise<void>
}

export const wakeUp = (): WakeUp => {
  let { promise, resolve } = Promise.withResolvers<void>()
  return {
    raise: () => resolve(),
    raised: async () => {
      await promise
      ;({ promise, resolve } = Promise.withResolvers<void>())
    },
  }
}
