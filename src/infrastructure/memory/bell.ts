import type { Bell } from '../../application/ports/bell.ts'
import type { ChatId } from '../../domain/identity.ts'

/** Rings within one process, at once. */
export const memoryBell = (): Bell => {
  const listeners = new Set<(id?: ChatId) => void>()
  return {
    ring: (id) => {
      for (const wake of listeners) {
        try {
          wake(id)
        } catch {
          // A defect of the listener. The change was kept, and its sender must hear so.
        }
      }
    },
    listen: (wake) => {
      listeners.add(wake)
      return () => void listeners.delete(wake)
    },
  }
}
