import type { SeenEntry, SeenMarker, SeenMessage } from './foreseen.ts'
import type { ReadingChat } from './reading-chat.ts'
import type { Opening, Step } from './step.ts'

/** One of the servers of a storage: takes steps, and shows what came of them. What is refused is told by why. */
export interface Server {
  /** How it tells what was answered, or why it was not. */
  readonly says: (answer: string) => string
  readonly open: (step: Opening, ticks: number) => Promise<number>
  /** Of the chat as the model has it before the step. */
  readonly take: (chat: ReadingChat, step: Exclude<Step, Opening>, ticks: number) => Promise<string>
  /** All of it, in pages of so many. */
  readonly inbox: (user: string, limit: number) => Promise<readonly SeenEntry[]>
  readonly total: (user: string) => Promise<unknown>
  readonly marker: (chat: number, user: string) => Promise<SeenMarker>
  readonly ownReactions: (chat: number, user: string) => Promise<string | readonly (readonly [number, string])[]>
  /** The oldest first, and the revision of the chat; to a service. */
  readonly messages: (
    chat: number,
  ) => Promise<string | { readonly revision: number; readonly all: readonly SeenMessage[] }>
}

export const metadataOf = (tag: number) => (tag === 0 ? {} : { tag })

/** More entries than an inbox of these histories has. */
export const MANY = 100
