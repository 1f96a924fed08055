import * as E from 'fp-ts/lib/Either.js'
import { type Expectation, expecting, type Stale } from '../expectation.ts'
import { advance, type Chat, type ChatTitle } from './chat.ts'
import type { Decision, Outcome } from './scene.ts'

/** The same title again changes nothing. */
interface Renaming {
  readonly title: ChatTitle
  readonly at: Date
  readonly expected?: Expectation
}

interface Renamed extends Outcome {
  readonly chat: Chat
}

export const rename =
  ({ title, at, expected }: Renaming): Decision<Stale, Renamed> =>
  ({ chat }) =>
    E.map(() => {
      if (title === chat.title) return { chat }
      const next = advance(chat, at)
      return { chat: { ...next, title, changedAtRevision: next.revision } }
    })(expecting(expected, chat))

/** A chat that is gone takes no revision. */
export const close =
  (expected: Expectation): Decision<Stale, Outcome> =>
  ({ chat }) =>
    E.map(() => ({ chat: undefined }))(expecting(expected, chat))
