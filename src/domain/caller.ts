import * as E from 'fp-ts/lib/Either.js'
import type { ChatId } from './identity.ts'

declare const brand: unique symbol

/** The application's own name for one of its users: 1 to 255 visible ASCII characters, compared byte by byte. Opaque. */
export type UserId = string & { readonly [brand]: 'UserId' }

type UserIdError = { readonly kind: 'UserIdMalformed' }

const LONGEST = 255
const VISIBLE_ASCII = /^[!-~]{1,255}$/
/** No URL can carry these as a segment of its path (RFC 3986, section 5.2.4). */
const DOTS = new Set(['.', '..'])

export const UserId = {
  LIMIT: LONGEST,
  /** What `parse` asks for, in words. */
  RULE: `1 to ${LONGEST} visible ASCII characters, not . or ..`,
  parse: (raw: string): E.Either<UserIdError, UserId> =>
    VISIBLE_ASCII.test(raw) && !DOTS.has(raw) ? E.right(raw as UserId) : E.left({ kind: 'UserIdMalformed' }),
}

/** What a key may be used for: `read` is every GET of data, `write` the rest of it, `act` is to act for users. */
export const SCOPES = ['read', 'write', 'act', 'keys', 'metrics'] as const
export type Scope = (typeof SCOPES)[number]

/** What a key may be used for, and in which chats; in all of them when none are named. */
export interface Grant {
  readonly scopes: readonly Scope[]
  readonly chatIds?: readonly ChatId[] | undefined
}

/** A backend that is trusted: member of nothing, and beside whatever binds users. */
export interface Service {
  readonly kind: 'service'
  readonly grant: Grant
}

/** A user, by itself or through a service that acts for it: then the service's grant binds it as well. */
export interface User {
  readonly kind: 'user'
  readonly id: UserId
  readonly grant?: Grant | undefined
}

/** Who asks. */
export type Caller = Service | User

/** Whom everybody is taken for where nobody has to say who they are. */
export const ANYBODY: Service = { kind: 'service', grant: { scopes: SCOPES } }

/** The credential may not be used for this, whatever it is asked of. */
export interface Forbidden {
  readonly kind: 'Forbidden'
  readonly detail: string
}

const forbidden = (detail: string): E.Either<Forbidden, never> => E.left({ kind: 'Forbidden', detail })

/** Scopes that are a service's own: whoever acts for a user has left them behind. */
const OWN: readonly Scope[] = ['keys', 'metrics']

/** What a credential must be good for, whatever else decides about the request. */
export interface Requirement {
  readonly scope: Scope
  /** It concerns more than one chat that is named, so a key that is limited to some will not do. */
  readonly everyChat: boolean
}

/** Whether the caller's credential will do. A user by itself reads and writes what its membership allows. */
export const permitted = (caller: Caller, { scope, everyChat }: Requirement): E.Either<Forbidden, undefined> => {
  if (caller.kind === 'user' && OWN.includes(scope)) return forbidden('Only a service may do this, for itself')
  if (caller.grant && !caller.grant.scopes.includes(scope)) return forbidden(`The key does not have the scope ${scope}`)
  if (everyChat && caller.grant?.chatIds) return forbidden('The key is limited to some chats')
  return E.right(undefined)
}

/** Whether the credential may be used in the chat. */
export const reaches = ({ grant }: Caller, chatId: ChatId): boolean =>
  grant?.chatIds === undefined || grant.chatIds.includes(chatId)

/** The caller acting for a user: a service with the scope `act` for anybody, a user for itself. */
export const onBehalfOf = (caller: Caller, id: UserId): E.Either<Forbidden, Caller> => {
  if (caller.kind === 'user') return caller.id === id ? E.right(caller) : forbidden('A user may act for itself alone')
  if (!caller.grant.scopes.includes('act')) return forbidden('The key does not have the scope act')
  return E.right({ kind: 'user', id, grant: caller.grant })
}

/** The user that asks, whose membership counts and who is the author of what it sends; nobody, for a service. */
export const userOf = (caller: Caller): UserId | null => (caller.kind === 'user' ? caller.id : null)
