/** Milliseconds for which a server that was noticed is taken to be there. */
const LASTS_MS = 1000

export interface Neighbours {
  /** A chat had moved on that only another server can have moved. */
  readonly noticed: () => void
  /** Whether other servers wrote to the same chats lately. */
  readonly areThere: () => boolean
}

export const neighbours = (now: () => number = () => performance.now()): Neighbours => {
  let last = -Infinity
  return {
    noticed: () => {
      last = now()
    },
    areThere: () => now() - last < LASTS_MS,
  }
}
