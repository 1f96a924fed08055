/** Connections to the database, as they are at the moment. */
export interface Connections {
  readonly used: number
  readonly idle: number
  /** Pieces of work that wait for one. */
  readonly waitedFor: number
  /** How many there may be. */
  readonly limit: number
}

/** What goes together: changes that are written, chats that are opened, messages and pages that are read. */
export const GROUPED = ['changes', 'chats', 'reads'] as const
export type Grouped = (typeof GROUPED)[number]

/** How busy a storage is, for whoever operates it. To ask asks nobody else, and neither waits nor fails. */
export interface Load {
  readonly connections: () => Connections
  /** Changes that were asked for and have no answer yet. */
  readonly changesPending: () => number
  /** So many statements failed since the start, by what is common to their causes: a bounded number of names. */
  readonly failures: () => ReadonlyMap<string, number>
  /** Has whoever asks for it told, from now on, how many went together each time. */
  readonly onGroup: (told: (what: Grouped, size: number) => void) => void
}
