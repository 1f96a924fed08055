import * as E from 'fp-ts/lib/Either.js'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId, MessagePosition } from '../../../domain/identity.ts'
import type { Unavailable } from '../../ports/failures.ts'
import type { Inboxes } from '../../ports/inboxes.ts'
import { addEntry, type Due } from './due-readings.ts'
import type { FollowedUsers } from './followed-users.ts'

/** Adds the chats that are at another revision than was told, or gone: their rings were lost, or come late. */
export const lookForChanges = async (
  inboxes: Inboxes,
  { chats }: FollowedUsers,
  due: Due,
): Promise<E.Either<Unavailable, undefined>> => {
  if (chats.size === 0) return E.right(undefined)
  const asked = [...chats]
  const heads = await inboxes.heads(asked.map(([id]) => id))()
  if (E.isLeft(heads)) return heads
  for (const [id, { revision }] of asked) if (heads.right.get(id)?.revision !== revision) due.chats.add(id)
  return E.right(undefined)
}

/**
 * Adds every entry whose marker is elsewhere than was told, and every one that came unheard; one that went is found by a look,
 * for it moved its chat. What this takes is all markers of all users here at once.
 */
export const sweepMarkers = async (
  inboxes: Inboxes,
  { users }: FollowedUsers,
  due: Due,
): Promise<E.Either<Unavailable, undefined>> => {
  // Of who is beginning nothing is known yet that could be compared.
  const asked = [...users.values()].filter(({ isEntered }) => isEntered)
  if (asked.length === 0) return E.right(undefined)
  const answer = await inboxes.markersOf(asked.map(({ id }) => id))()
  if (E.isLeft(answer)) return answer
  const found = new Map<UserId, Map<ChatId, MessagePosition>>(asked.map(({ id }) => [id, new Map()]))
  for (const { chatId, userId, readMessageId } of answer.right) found.get(userId)?.set(chatId, readMessageId)
  for (const { id, markers } of asked) {
    for (const [chatId, marker] of found.get(id) ?? []) if (markers.get(chatId) !== marker) addEntry(due, chatId, id)
  }
  return E.right(undefined)
}
