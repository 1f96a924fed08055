import type { Signal, Signals } from '../../application/ports/signals.ts'

/** Signals within one process, at once. */
export const memorySignals = (): Signals => {
  const listeners = new Set<(signal: Signal) => void>()
  return {
    send: (signal) => {
      for (const hear of listeners) {
        try {
          hear(signal)
        } catch {
          // A defect of the listener, of which whoever sends is not to know.
        }
      }
    },
    listen: (hear) => {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
}
