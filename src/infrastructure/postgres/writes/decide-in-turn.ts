import * as E from 'fp-ts/lib/Either.js'
import { answerNotFound } from './answers.ts'
import { type Draft, isOvertaken, isUnwritten, isWrittenTwice, sceneOf, take } from './draft.ts'
import type { PendingChange } from './pending-change.ts'

/** What became of the pending changes of one chat. */
export interface Verdict {
  /** Those that were decided, one after another. */
  readonly taken: readonly PendingChange[]
  /** How to answer those that were decided, once the draft is written. */
  readonly answers: readonly (() => void)[]
  /** Concern a message that this draft has not written yet, or members that it changes or marks; decide them in the next group. */
  readonly later: readonly PendingChange[]
  /** Would remove the chat, where that is not allowed. */
  readonly removals: readonly PendingChange[]
  /** Of callers who do not see the chat as the draft has it. They rest on nothing that is written. */
  readonly unseen: readonly PendingChange[]
}

const isUnseen = (refused: unknown): boolean => (refused as { readonly kind?: unknown }).kind === 'ChatNotFound'

/**
 * Lets pending changes of one chat decide one after another, each on what the one before it left. One that throws harms
 * nobody else. Where chats may not be removed, a change that would is left as it was.
 */
export const decideInTurn = (draft: Draft, changes: readonly PendingChange[], mayRemove: boolean): Verdict => {
  const answers: (() => void)[] = []
  const taken: PendingChange[] = []
  const later: PendingChange[] = []
  const removals: PendingChange[] = []
  const unseen: PendingChange[] = []

  const decide = (change: PendingChange) => {
    const { ask, decision, resolve } = change
    if (isUnwritten(draft, ask) || isOvertaken(draft, ask)) return void later.push(change)
    const scene = sceneOf(draft, ask)
    if (!scene) return void answers.push(() => answerNotFound([change]))
    const decided = decision(scene)
    if (E.isLeft(decided) && isUnseen(decided.left)) return void unseen.push(change)
    if (E.isLeft(decided)) draft.restsOnRevision = true
    else if (!decided.right.chat && !mayRemove) return void removals.push(change)
    else if (isWrittenTwice(draft, scene, decided.right)) return void later.push(change)
    else take(draft, scene, decided.right, ask)
    taken.push(change)
    answers.push(() => resolve(decided))
  }

  for (const change of changes) {
    try {
      decide(change)
    } catch (defect) {
      answers.push(() => change.reject(defect))
    }
  }
  return { taken, answers, later, removals, unseen }
}
