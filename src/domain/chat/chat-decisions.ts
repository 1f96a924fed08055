import * as E from 'fp-ts/lib/Either.js'
import type { Caller, Forbidden } from '../caller.ts'
import { type Expectation, expecting, type Stale } from '../expectation.ts'
import { isSame, type Metadata } from '../metadata.ts'
import { advance, changeAccess, type Chat, type ChatTitle, type Visibility } from './chat.ts'
import { allowed, standingOf } from './permissions.ts'
import type { Decision, Outcome, Scene } from './scene.ts'

/** What is to change; what is not named stays. */
export interface ChatChanges {
  readonly title?: ChatTitle | undefined
  readonly visibility?: Visibility | undefined
  /** Set as a whole. */
  readonly metadata?: Metadata | undefined
}

interface Changing extends ChatChanges {
  readonly at: Date
  readonly expected?: Expectation
}

interface Changed extends Outcome {
  readonly chat: Chat
}

const ACTIONS = { title: 'rename', visibility: 'set visibility', metadata: 'set metadata' } as const

/** One change that is refused refuses all. */
const allowedToChange = (caller: Caller, { chat, membership }: Scene, changes: ChatChanges) => {
  const standing = standingOf(caller, chat, membership)
  for (const [what, action] of Object.entries(ACTIONS)) {
    const refusal = changes[what as keyof ChatChanges] === undefined ? undefined : allowed(standing, action)
    if (refusal && E.isLeft(refusal)) return refusal
  }
  return undefined
}

/** What is as it was already changes nothing. */
export const change =
  (caller: Caller, { at, expected, ...changes }: Changing): Decision<Forbidden | Stale, Changed> =>
  (scene) => {
    const { chat } = scene
    const refusal = allowedToChange(caller, scene, changes)
    if (refusal) return refusal
    const met = expecting(expected, chat)
    if (E.isLeft(met)) return met
    const { title = chat.title, visibility = chat.visibility, metadata = chat.metadata } = changes
    const isAsBefore = title === chat.title && visibility === chat.visibility && isSame(metadata, chat.metadata)
    if (isAsBefore) return E.right({ chat })
    const next = visibility === chat.visibility ? advance(chat, at) : changeAccess(chat, at)
    return E.right({ chat: { ...next, title, visibility, metadata, changedAtRevision: next.revision } })
  }

/** A chat that is gone takes no revision. */
export const close =
  (caller: Caller, expected: Expectation): Decision<Forbidden | Stale, Outcome> =>
  ({ chat, membership }) => {
    const refusal = allowed(standingOf(caller, chat, membership), 'delete chat')
    if (E.isLeft(refusal)) return refusal
    return E.map(() => ({ chat: undefined }))(expecting(expected, chat))
  }
