import * as E from 'fp-ts/lib/Either.js'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import type { ReportFailure } from '../../ports/background.ts'
import type { Unavailable } from '../../ports/failures.ts'
import type { InboxAddress } from '../../ports/inboxes.ts'
import type { Aside } from './aside.ts'
import { type MovedAccess, tell, type Telling } from './telling.ts'

/** Failures with nothing read meanwhile, after which it is not a single chat that is the trouble: all, halves and quarters. */
const MOST_IN_VAIN = 7

/** Failures of one round at the most: to find one chat among a thousand takes ten, each as long as a statement may take. */
const MOST_FAILURES = 20

const halves = (addresses: readonly InboxAddress[]) => {
  const chats = [...Map.groupBy(addresses, ({ chatId }) => chatId).values()]
  const middle = Math.ceil(chats.length / 2)
  return [chats.slice(0, middle).flat(), chats.slice(middle).flat()] as const
}

const areOfOneChat = (addresses: readonly InboxAddress[]) =>
  addresses.every(({ chatId }) => chatId === addresses[0]?.chatId)

/**
 * Reads and tells the entries, and in halves what cannot be read together, until the chats are found that it fails for: those are
 * put aside, and hold nobody up. What it cannot be known of is `Unavailable`, with all of it to be read again: nothing could be
 * read, or too much could not. What was told by then is told twice.
 */
export const tellApart = async (
  telling: Telling,
  aside: Aside,
  addresses: readonly InboxAddress[],
  whole: ReadonlySet<ChatId>,
  onFailure: ReportFailure,
): Promise<E.Either<Unavailable, MovedAccess>> => {
  const moved = new Map<ChatId, Revision>()
  const parts = [addresses]
  let failures = 0
  let hasRead = false
  for (let part = parts.shift(); part; part = parts.shift()) {
    const told = await tell(telling, part, whole)
    if (E.isRight(told)) {
      hasRead = true
      for (const [chatId, revision] of told.right) moved.set(chatId, revision)
      continue
    }
    failures += 1
    const isOfOne = areOfOneChat(part)
    if (failures >= (hasRead ? MOST_FAILURES : MOST_IN_VAIN) || (isOfOne && part === addresses)) return told
    if (isOfOne) {
      onFailure('inbox', told.left.cause)
      aside.put(part)
    } else parts.push(...halves(part))
  }
  return E.right(moved)
}
