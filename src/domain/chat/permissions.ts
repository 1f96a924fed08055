import * as E from 'fp-ts/lib/Either.js'
import { type Caller, type Forbidden, reaches } from '../caller.ts'
import type { Chat } from './chat.ts'
import { isFormer, isKeptOut, type Membership, type Role } from './member.ts'

/**
 * As what somebody stands before a chat: a service, a member by its role, a stranger to a public chat, one who left it as a
 * reader and is held to that, or one to whom the chat is not there.
 */
export type Standing = 'service' | Role | 'stranger' | 'former reader' | 'nobody'

/** What may be done in a chat, but for the membership of others. */
export type Action =
  | 'read'
  | 'send'
  | 'react'
  | 'type'
  | 'see markers'
  | 'edit own'
  | 'delete own'
  | 'delete of others'
  | 'edit of others'
  | 'rename'
  | 'set metadata'
  | 'set visibility'
  | 'delete chat'

const EVERYBODY: readonly Standing[] = [
  'service',
  'owner',
  'moderator',
  'member',
  'reader',
  'stranger',
  'former reader',
]
const USERS_WHO_WRITE: readonly Standing[] = ['owner', 'moderator', 'member', 'stranger']
const WRITERS: readonly Standing[] = ['service', ...USERS_WHO_WRITE]

/** Who may do what. To nobody else. */
const PERMITTED: Readonly<Record<Action, readonly Standing[]>> = {
  read: EVERYBODY,
  send: WRITERS,
  // A service reacts and types for nobody.
  react: USERS_WHO_WRITE,
  type: USERS_WHO_WRITE,
  'see markers': EVERYBODY.filter((standing) => standing !== 'stranger' && standing !== 'former reader'),
  'edit own': WRITERS,
  'delete own': WRITERS,
  'delete of others': ['service', 'owner', 'moderator'],
  'edit of others': ['service'],
  rename: ['service', 'owner', 'moderator'],
  'set metadata': ['service', 'owner', 'moderator'],
  'set visibility': ['service', 'owner'],
  'delete chat': ['service', 'owner'],
}

export const mayDo = (standing: Standing, action: Action): boolean => PERMITTED[action].includes(standing)

/** What of a chat says who may see it. */
export type Seeable = Pick<Chat, 'id' | 'visibility'>

const standingOfUser = ({ visibility }: Seeable, membership: Membership | undefined): Standing => {
  if (membership && !isFormer(membership)) return membership.role
  if (visibility === 'private' || (membership && isKeptOut(membership))) return 'nobody'
  return membership?.role === 'reader' ? 'former reader' : 'stranger'
}

/** As what the caller stands before the chat, given what is known of its own membership in it. */
export const standingOf = (caller: Caller, chat: Seeable, membership: Membership | undefined): Standing => {
  if (!reaches(caller, chat.id)) return 'nobody'
  return caller.kind === 'service' ? 'service' : standingOfUser(chat, membership)
}

export const refused = (detail: string): E.Either<Forbidden, never> => E.left({ kind: 'Forbidden', detail })

const ALLOWED = E.right(undefined)

/** Refuses what the standing does not allow. */
export const allowed = (standing: Standing, action: Action): E.Either<Forbidden, undefined> =>
  mayDo(standing, action) ? ALLOWED : refused(`Who is ${nameOf(standing)} of this chat may not do this`)

const nameOf = (standing: Standing): string => {
  if (standing === 'stranger') return 'no member'
  return standing === 'owner' ? 'an owner' : `a ${standing}`
}
