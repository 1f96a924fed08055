import type { Caller } from '../../../domain/caller.ts'
import { seesMarkers } from '../../../domain/chat/reading.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { Sight } from '../../ports/journal.ts'
import type { FollowedSignals, Hearing } from './followed-signals.ts'
import type { SignalBatch } from './signal-batch.ts'

/** A follower's ear for the signals of one chat: open while its sight of the chat says that it may hear them. */
export interface Attention {
  readonly next: () => SignalBatch | undefined
  /** Whenever the sight may have changed. */
  readonly as: (sight: Sight) => void
  readonly end: () => void
}

export const attentionOf = (
  signals: FollowedSignals,
  caller: Caller,
  chatId: ChatId,
  first: Sight,
  wake: () => void,
): Attention => {
  let known: Sight | undefined
  let hearing: Hearing | undefined

  const as = (sight: Sight) => {
    if (sight === known) return
    known = sight
    const may = seesMarkers(caller, sight.chat, sight.membership)
    if (may) hearing ??= signals.hear(chatId, wake)
    else end()
  }
  const end = () => {
    hearing?.leave()
    hearing = undefined
  }

  as(first)
  return { next: () => hearing?.next(), as, end }
}
