import * as E from 'fp-ts/lib/Either.js'
import type { Caller, Forbidden } from '../caller.ts'
import { type Expectation, expecting, type Stale } from '../expectation.ts'
import { advance, changeAccess, type Chat, type ChatTitle, type Visibility } from './chat.ts'
import { allowed, standingOf } from './permissions.ts'
import type { Decision, Outcome, Scene } from './scene.ts'

/** What is to change; what is not named stays. */
export interface ChatChanges {
  readonly title?: ChatTitle | undefined
  readonly visibility?: Visibility | undefined
}

interface Changing extends ChatChanges {
  readonly at: Date
  readonly expected?: Expectation
}

interface Changed extends Outcome {
  readonly chat: Chat
}

/** One change that is refused refuses all. */
const allowedToChange = (caller: Caller, { chat, membership }: Scene, { title, visibility }: ChatChanges) => {
  const standing = standingOf(caller, chat, membership)
  const titled = title === undefined ? E.right(undefined) : allowed(standing, 'rename')
  return E.isLeft(titled) || visibility === undefined ? titled : allowed(standing, 'set visibility')
}

/** What is as it was already changes nothing. */
export const change =
  (caller: Caller, { title, visibility, at, expected }: Changing): Decision<Forbidden | Stale, Changed> =>
  (scene) => {
    const { chat } = scene
    const refusal = allowedToChange(caller, scene, { title, visibility })
    if (E.isLeft(refusal)) return refusal
    const met = expecting(expected, chat)
    if (E.isLeft(met)) return met
    const [nextTitle, nextVisibility] = [title ?? chat.title, visibility ?? chat.visibility]
    if (nextTitle === chat.title && nextVisibility === chat.visibility) return E.right({ chat })
    const next = nextVisibility === chat.visibility ? advance(chat, at) : changeAccess(chat, at)
    return E.right({
      chat: { ...next, title: nextTitle, visibility: nextVisibility, changedAtRevision: next.revision },
    })
  }

/** A chat that is gone takes no revision. */
export const close =
  (caller: Caller, expected: Expectation): Decision<Forbidden | Stale, Outcome> =>
  ({ chat, membership }) => {
    const refusal = allowed(standingOf(caller, chat, membership), 'delete chat')
    if (E.isLeft(refusal)) return refusal
    return E.map(() => ({ chat: undefined }))(expecting(expected, chat))
  }
