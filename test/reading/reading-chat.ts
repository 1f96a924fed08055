import { type ModelChat, presentIn } from '../contract/member-model.ts'

/** What the application keeps with a message or a chat, and 0 for nothing. */
export interface Tagged {
  tag: number
}

export interface More extends Tagged {
  readonly replyTo: number | null
  /** In the order of first use. */
  reactions: { readonly reaction: string; readonly users: readonly string[] }[]
}

export interface ReadingChat extends Tagged {
  readonly id: number
  /** Who belongs to it, what was sent, and what it is called. */
  readonly rules: ModelChat
  readonly more: More[]
  readonly markers: Map<string, number>
  updatedAt: number
  activeAt: number
}

export const aReadingChat = (id: number, rules: ModelChat, at: Date): ReadingChat => ({
  id,
  rules,
  tag: 0,
  more: [],
  markers: new Map(presentIn(rules).map((user) => [user, 0])),
  updatedAt: at.getTime(),
  activeAt: at.getTime(),
})
