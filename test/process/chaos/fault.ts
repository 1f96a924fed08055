import type { Unit } from './installation.ts'

/** Something bad: what is done, and what undoes it. A kill counts as often as its weight says in the draw. */
export interface Fault {
  readonly kind: string
  /** Nothing is done to two at once. */
  readonly victim: 'network' | 'PgBouncer' | 'PostgreSQL' | 'sessions' | Unit
  readonly isKill: boolean
  readonly weight: number
  readonly begin: () => Promise<void>
  readonly end: () => Promise<void>
}
