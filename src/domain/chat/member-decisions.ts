import * as E from 'fp-ts/lib/Either.js'
import { userOf, type Caller, type Forbidden, type UserId } from '../caller.ts'
import { changeAccess, type Chat } from './chat.ts'
import { type Appointment, appointed, isAtLeast, isFormer, type Member, type Membership, removed } from './member.ts'
import type { MemberNotFound } from './not-found.ts'
import { refused, type Standing, standingOf } from './permissions.ts'
import type { Decision, Outcome, Scene } from './scene.ts'

/** The change would leave members without an owner. */
export interface LastOwner {
  readonly kind: 'LastOwner'
}

interface MemberChanged extends Outcome {
  readonly chat: Chat
  readonly member: Member
  /** Whether it was no member before. */
  readonly isNew: boolean
}

/** Who may be given a role by a moderator, or taken it from. */
const isModerated = (role: Member['role']): boolean => role === 'member' || role === 'reader'

/** Why the standing does not allow to give somebody else the role, or to take it away when none is given. */
const refusalForOther = (standing: Standing, before: Member | undefined, role: Member['role'] | undefined) => {
  if (standing === 'service' || standing === 'owner') return undefined
  if (standing !== 'moderator') return 'Only owners and moderators may change who else is a member'
  const touched = [before?.role, role].filter((one) => one !== undefined)
  return touched.every(isModerated) ? undefined : 'A moderator may change members and readers, and nobody else'
}

/** Why the standing does not allow a user to take the role itself. */
const refusalForOneself = (standing: Standing, role: Member['role']) => {
  if (standing === 'stranger') return role === 'member' ? undefined : 'Whoever joins by itself joins as member'
  if (standing === 'former reader') return role === 'reader' ? undefined : 'Who left as reader may come back as reader'
  if (standing === 'service' || standing === 'nobody') return undefined
  return isAtLeast(standing, role) ? undefined : 'Nobody may give itself a higher role'
}

/** A user may not leave members without an owner: there must be another owner, or nobody else at all. */
const isLastOwner = (caller: Caller, target: Member | undefined, { others }: Scene, role?: Member['role']): boolean =>
  caller.kind === 'user' && target?.role === 'owner' && role !== 'owner' && !others.owner && others.member

const presentIn = ({ target }: Scene): Member | undefined => (target && !isFormer(target) ? target : undefined)

interface Appointing extends Appointment {
  readonly at: Date
}

/** Makes the user a member with the role. The same role again changes nothing. */
export const appoint =
  (caller: Caller, { userId, role, at }: Appointing): Decision<Forbidden | LastOwner, MemberChanged> =>
  (scene) => {
    const standing = standingOf(caller, scene.chat, scene.membership)
    const before = presentIn(scene)
    const refusal =
      userOf(caller) === userId ? refusalForOneself(standing, role) : refusalForOther(standing, before, role)
    if (refusal !== undefined) return refused(refusal)
    if (before?.role === role) return E.right({ chat: scene.chat, member: before, isNew: false })
    if (isLastOwner(caller, before, scene, role)) return E.left({ kind: 'LastOwner' })
    const chat = changeAccess(scene.chat, at)
    return E.right({ chat, member: appointed(chat, { userId, role }, before), isNew: before === undefined })
  }

interface Dismissal {
  readonly userId: UserId
  readonly at: Date
}

/** Ends the membership, by whoever leaves or removes. Leaves who it was, when, and by whom it ended. */
export const dismiss =
  (
    caller: Caller,
    { userId, at }: Dismissal,
  ): Decision<MemberNotFound | Forbidden | LastOwner, Outcome & { readonly member: Membership }> =>
  (scene) => {
    const before = presentIn(scene)
    if (!before) return E.left({ kind: 'MemberNotFound', chatId: scene.chat.id, userId })
    const own = userOf(caller)
    const standing = standingOf(caller, scene.chat, scene.membership)
    const refusal = own === userId ? undefined : refusalForOther(standing, before, undefined)
    if (refusal !== undefined) return refused(refusal)
    if (isLastOwner(caller, before, scene)) return E.left({ kind: 'LastOwner' })
    const chat = changeAccess(scene.chat, at)
    return E.right({ chat, member: removed(chat, before, own) })
  }
