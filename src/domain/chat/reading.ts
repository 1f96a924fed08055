import * as E from 'fp-ts/lib/Either.js'
import type { Caller, Forbidden, UserId } from '../caller.ts'
import type { ChatId, MessagePosition } from '../identity.ts'
import type { Chat } from './chat.ts'
import { isFormer, type Member, type Membership } from './member.ts'
import type { ChatNotFound, MemberNotFound } from './not-found.ts'
import { allowed, mayDo, refused, type Seeable, standingOf } from './permissions.ts'
import { sees } from './sight.ts'

/** Up to where a member has read a chat, and how much came after that. */
export interface Reading {
  readonly chatId: ChatId
  readonly userId: UserId
  /** The read marker: the last message that it has read, from 0 to the last of the chat. */
  readonly readMessageId: MessagePosition
  /** How many messages stand after the marker and are not deleted, its own too. Exact. */
  readonly unread: number
}

/** A member as it is shown to whoever may see markers; the marker is null to others. */
export interface ShownMember extends Member {
  readonly readMessageId: MessagePosition | null
}

/** A marker cannot stand beyond the last message of its chat. */
export interface MarkerAhead {
  readonly kind: 'MarkerAhead'
  readonly messageId: MessagePosition
  readonly lastMessageId: MessagePosition
}

/** What a decision about somebody's marker looks at, as it was at one moment. */
export interface MarkerScene {
  readonly chat: Chat
  /** What is known of whoever asks in the chat. */
  readonly membership: Membership | undefined
  /** What is known of the user whose marker it is, and where the marker stands. */
  readonly target: Membership | undefined
  readonly readMessageId: MessagePosition
}

/** Says where the marker is to stand; where it stands already, for nothing to change. */
export type MarkerDecision<Refused> = (scene: MarkerScene) => E.Either<Refused, MessagePosition>

type NotShown = ChatNotFound | MemberNotFound | Forbidden

/** Whether what is the user's own is shown to the caller: to the user itself, and to services. */
const isOwn = (caller: Caller, userId: UserId): boolean => caller.kind === 'service' || caller.id === userId

const ITS_OWN: E.Either<Forbidden, undefined> = E.right(undefined)

/** An inbox, and what is unread in it, is its user's own. A service reads everybody's. */
export const mayReadInbox = (caller: Caller, userId: UserId): E.Either<Forbidden, undefined> =>
  isOwn(caller, userId) ? ITS_OWN : refused('An inbox is the user’s own')

/** A marker is its member's own: other users neither move it nor ask for it here. */
const ofMember = (caller: Caller, userId: UserId, scene: MarkerScene): E.Either<NotShown, MarkerScene> => {
  const { chat, membership, target } = scene
  if (!sees(caller, chat, membership)) return E.left({ kind: 'ChatNotFound', chatId: chat.id })
  if (!target || isFormer(target)) return E.left({ kind: 'MemberNotFound', chatId: chat.id, userId })
  return isOwn(caller, userId) ? E.right(scene) : refused('A read marker is the user’s own')
}

/** Where the marker stands. */
export const marker =
  (caller: Caller, userId: UserId): MarkerDecision<NotShown> =>
  (scene) =>
    E.map(({ readMessageId }: MarkerScene) => readMessageId)(ofMember(caller, userId, scene))

interface Move {
  readonly userId: UserId
  readonly messageId: MessagePosition
  /** Whether it must not go back: a request that comes late changes nothing then. */
  readonly forward: boolean
}

/** Puts the marker to the message, which may be deleted, or to 0: nothing is read. */
export const moveMarker =
  (caller: Caller, { userId, messageId, forward }: Move): MarkerDecision<NotShown | MarkerAhead> =>
  (scene) => {
    const found = ofMember(caller, userId, scene)
    if (E.isLeft(found)) return found
    const { lastMessageId } = scene.chat
    if (messageId > lastMessageId) return E.left({ kind: 'MarkerAhead', messageId, lastMessageId })
    return E.right(forward && messageId < scene.readMessageId ? scene.readMessageId : messageId)
  }

/** Whether the caller is shown up to where members have read: members and services are, strangers are not. */
export const seesMarkers = (caller: Caller, chat: Seeable, membership: Membership | undefined): boolean =>
  mayDo(standingOf(caller, chat, membership), 'see markers')

/** Whether the caller may tell others that it types. */
export const typing = (
  caller: Caller,
  chat: Seeable,
  membership: Membership | undefined,
): E.Either<ChatNotFound | Forbidden, undefined> =>
  sees(caller, chat, membership)
    ? allowed(standingOf(caller, chat, membership), 'type')
    : E.left({ kind: 'ChatNotFound', chatId: chat.id })
