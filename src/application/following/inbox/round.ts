import * as E from 'fp-ts/lib/Either.js'
import type { ChatId } from '../../../domain/identity.ts'
import type { ReportFailure } from '../../ports/background.ts'
import type { Unavailable } from '../../ports/failures.ts'
import type { InboxAddress } from '../../ports/inboxes.ts'
import { type Aside, chatsAside } from './aside.ts'
import { addEntry, type Due } from './due-readings.ts'
import type { FollowedUsers } from './followed-users.ts'
import { lookForChanges, sweepMarkers } from './lost-rings.ts'
import type { Newcomers } from './newcomers.ts'
import { tellApart } from './tell-apart.ts'
import { type MovedAccess, tell, type Telling } from './telling.ts'

const NONE: ReadonlySet<ChatId> = new Set()
const NOTHING_MOVED: MovedAccess = new Map()

interface Means {
  readonly telling: Telling
  readonly newcomers: Newcomers
  readonly aside: Aside
  readonly onFailure: ReportFailure
}

/** The entries that are due, the chats that are so for all of their users, and those that nobody here is in. */
const sorted = ({ users, chats }: FollowedUsers, due: Due) => {
  const whole = new Set<ChatId>()
  const strange: ChatId[] = []
  for (const chatId of due.chats) {
    const chat = chats.get(chatId)
    if (chat) whole.add(chatId)
    else strange.push(chatId)
    for (const { id } of chat?.users ?? []) addEntry(due, chatId, id)
  }
  const addresses: InboxAddress[] = []
  for (const [chatId, userIds] of due.entries)
    for (const userId of userIds) if (users.has(userId)) addresses.push({ chatId, userId })
  return { addresses, whole, strange }
}

/** A chat that was put aside a while ago, read alone: for who asked meanwhile, and all that are known to be in it. */
const tryAgain = async (telling: Telling, aside: Aside, onFailure: ReportFailure): Promise<MovedAccess> => {
  const chat = aside.next()
  if (!chat) return NOTHING_MOVED
  const { users, chats } = telling.followed
  const known = [...(chats.get(chat.chatId)?.users ?? [])].map(({ id }) => id)
  const asked = new Set([...chat.users, ...known])
  const addresses = [...asked].filter((id) => users.has(id)).map((userId) => ({ chatId: chat.chatId, userId }))
  const told = await tell(telling, addresses, new Set([chat.chatId]))
  if (E.isRight(told)) return told.right
  aside.put(addresses)
  onFailure('inbox', told.left.cause)
  return NOTHING_MOVED
}

/** Reads all that is due and tells it. */
const readAndTell = async (
  { telling, newcomers, aside, onFailure }: Means,
  due: Due,
  isAfterLook: boolean,
): Promise<E.Either<Unavailable, undefined>> => {
  const { followed } = telling
  const { addresses, whole, strange } = sorted(followed, due)
  const told = await tellApart(telling, aside, aside.without(addresses), whole, onFailure)
  if (E.isLeft(told)) return told
  const again = isAfterLook ? await tryAgain(telling, aside, onFailure) : NOTHING_MOVED
  // Whoever was known to be in a chat is so no more, and others may be in its place.
  const left = [...whole].filter((chatId) => !followed.chats.has(chatId))
  const found = await newcomers.among([...strange, ...left])
  if (E.isLeft(found)) return found
  const moved = new Map([...told.right, ...again, ...found.right])
  const joined = await newcomers.in(moved)
  if (E.isLeft(joined)) return joined
  const welcomed = await tell(telling, joined.right, NONE)
  if (E.isLeft(welcomed)) return welcomed
  newcomers.remember(moved)
  return E.right(undefined)
}

/**
 * One reading of all that is due, and its telling: the heads of the chats that rang and the markers of their users here in
 * one statement. Who was in a chat and is not among those that come back is told so.
 *
 * What fails is reported, and is due again: the next round, or the next look, does it. A look or a sweep that fails holds up
 * nothing of what is known to be due: markers that cannot be read in time would keep everybody from being told anything. Nor does
 * a chat whose entries cannot be read in time: it is put aside.
 *
 * A round in which revisions and markers were compared, and which told all that it found, settles the moment that was known
 * before it began: whatever was kept until then has been told, whether or not anything rang.
 */
export const round = (telling: Telling, newcomers: Newcomers, onFailure: ReportFailure) => {
  const means = { telling, newcomers, aside: chatsAside(), onFailure }
  return () => oneRound(means)
}

const oneRound = async (means: Means): Promise<void> => {
  const { telling, aside, onFailure } = means
  const { due: readings, progress, inboxes, followed } = telling
  const due = readings.take()
  const settled = { moment: progress.moment(), tick: progress.next() }
  const [isAfterLook, comparesAll] = [due.look, due.look && due.sweep]

  const isDone = async (work: () => Promise<E.Either<Unavailable, undefined>>): Promise<boolean> => {
    try {
      const outcome = await work()
      if (E.isLeft(outcome)) onFailure('inbox', outcome.left.cause)
      return E.isRight(outcome)
    } catch (defect) {
      onFailure('inbox', defect)
      return false
    }
  }
  if (due.look) due.look = !(await isDone(() => lookForChanges(inboxes, followed, due)))
  if (due.sweep) due.sweep = !(await isDone(() => sweepMarkers(inboxes, followed, due)))
  const isTold = await isDone(() => readAndTell(means, due, isAfterLook))
  if (!isTold) return readings.putBack(due)
  if (due.look || due.sweep) return readings.putBack({ ...due, chats: new Set(), entries: new Map() })
  if (comparesAll && aside.isEmpty()) progress.settle(settled)
}
