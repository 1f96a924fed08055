import type { Config } from '../config.ts'
import type { Whereabouts } from '../storage.ts'
import type { Figures } from './figures.ts'

/** What a worker is told first, and begins with. */
export interface Assignment {
  /** As the primary has read it, but for what is this worker's own. */
  readonly config: Config
  /** Prepared, and kept running by the primary. */
  readonly database: Whereabouts
}

export type ToWorker =
  | { readonly kind: 'begin'; readonly assignment: Assignment }
  /** Answer what is under way, and end. */
  | { readonly kind: 'stop' }
  /** Tell your figures, under this number. */
  | { readonly kind: 'count'; readonly question: number }
  /** What `/metrics` shows, asked for under this number. Without a text it could not be made. */
  | { readonly kind: 'exposition'; readonly question: number; readonly text?: string }

export type FromWorker =
  | { readonly kind: 'serving'; readonly url: string }
  /** It cannot begin, and ends. */
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'figures'; readonly question: number; readonly figures: Figures }
  /** `/metrics` is asked for. */
  | { readonly kind: 'expose'; readonly question: number }
