import type { Binaries } from './binaries.ts'
import type { Durability } from './initdb.ts'
import type { Placement } from './placement.ts'

/** Parameters of the server, as in `postgresql.conf`. */
export type Settings = Readonly<Record<string, string>>

/** What is started, and on which data. */
export interface Site {
  readonly placement: Placement
  readonly binaries: Binaries
  readonly durability: Durability
  readonly settings: Settings
}
