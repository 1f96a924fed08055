import type { Visibility } from '../../src/domain/chat/chat.ts'
import { ROLES, type Role } from '../../src/domain/chat/member.ts'

/** Who acts: a user by its name, or the service. */
export type Who = string | null

export type Step =
  | { readonly kind: 'open'; readonly who: Who; readonly visibility: Visibility; readonly founders: readonly Founder[] }
  | { readonly kind: 'put'; readonly who: Who; readonly user: string; readonly role: Role }
  | { readonly kind: 'remove'; readonly who: Who; readonly user: string }
  | { readonly kind: 'show'; readonly who: Who; readonly visibility: Visibility }
  | { readonly kind: 'rename' | 'send'; readonly who: Who; readonly text: string }
  | { readonly kind: 'edit'; readonly who: Who; readonly number: number; readonly text: string }
  | { readonly kind: 'erase'; readonly who: Who; readonly number: number }
  | { readonly kind: 'close'; readonly who: Who }

export interface Founder {
  readonly user: string
  readonly role: Role
}

export interface ModelMember {
  role: Role
  revision: number
  /** By whom it is gone; undefined while it is there. */
  goneBy: Who | undefined
}

export interface ModelChat {
  title: string
  visibility: Visibility
  revision: number
  isClosed: boolean
  readonly messages: { readonly author: Who; text: string | null; revision: number }[]
  readonly members: Map<string, ModelMember>
}

/** What came of a step: the revision that the chat is at, `gone`, or why it was refused. */
export type Answer = number | string

/** What each may do, from the most to the least; all of them read. Written down a second time, on purpose. */
const POWERS: Readonly<Record<string, string>> = {
  service: 'send, own, others, edit others, title, visibility, close, anybody',
  owner: 'send, own, others, title, visibility, close, anybody',
  moderator: 'send, own, others, title, somebody',
  member: 'send, own',
  stranger: 'send, own',
  reader: '',
  'former reader': '',
}

export const standing = ({ isClosed, members, visibility }: ModelChat, who: Who): string | undefined => {
  if (isClosed) return undefined
  if (who === null) return 'service'
  const known = members.get(who)
  if (known && known.goneBy === undefined) return known.role
  if (visibility === 'private' || (known && known.goneBy !== who)) return undefined
  return known?.role === 'reader' ? 'former reader' : 'stranger'
}

export const presentIn = ({ members }: ModelChat): string[] =>
  [...members].flatMap(([user, { goneBy }]) => (goneBy === undefined ? user : [])).toSorted()

export const opened = ({ who, visibility, founders }: Step & { kind: 'open' }): ModelChat => {
  const all = [...(who === null ? [] : [{ user: who, role: 'owner' as const }]), ...founders]
  const members = new Map(all.map(({ user, role }) => [user, { role, revision: 0, goneBy: undefined }]))
  return { title: 'Release party', visibility, revision: 0, isClosed: false, messages: [], members }
}

/** Whether somebody else may be changed from one role to another; undefined for none. */
const mayChange = (may: (power: string) => boolean, ...roles: (Role | undefined)[]) =>
  may('anybody') || (may('somebody') && roles.every((role) => role !== 'owner' && role !== 'moderator'))

const mayTake = (before: string, role: Role) => {
  if (before === 'stranger') return role === 'member'
  if (before === 'former reader') return role === 'reader'
  return ROLES.indexOf(role) >= ROLES.indexOf(before as Role)
}

/** What a chat becomes by a step, and how that is answered. */
export const taken = (chat: ModelChat, step: Exclude<Step, { kind: 'open' }>): Answer => {
  const { who } = step
  const stands = standing(chat, who)
  if (stands === undefined) return 'ChatNotFound'
  const may = (power: string) => POWERS[stands]?.split(', ').includes(power) ?? false
  const present = (user: string) => {
    const member = chat.members.get(user)
    return member?.goneBy === undefined ? member : undefined
  }
  const others = (user: string) => presentIn(chat).filter((one) => one !== user)
  const wouldOrphan = (user: string) =>
    who !== null &&
    present(user)?.role === 'owner' &&
    others(user).length > 0 &&
    others(user).every((one) => chat.members.get(one)?.role !== 'owner')

  switch (step.kind) {
    case 'send':
      if (!may('send')) return 'Forbidden'
      chat.messages.push({ author: who, text: step.text, revision: ++chat.revision })
      return chat.revision
    case 'edit':
    case 'erase': {
      const message = chat.messages[step.number - 1]
      if (!message || message.text === null) return 'MessageNotFound'
      const isOwn = who !== null && message.author === who
      const text = step.kind === 'edit' ? step.text : null
      const isAllowed = may(isOwn ? 'own' : step.kind === 'edit' ? 'edit others' : 'others')
      if (!isAllowed) return 'Forbidden'
      if (message.text !== text) Object.assign(message, { text, revision: ++chat.revision })
      return chat.revision
    }
    case 'rename':
      if (!may('title')) return 'Forbidden'
      if (chat.title !== step.text) Object.assign(chat, { title: step.text, revision: chat.revision + 1 })
      return chat.revision
    case 'show':
      if (!may('visibility')) return 'Forbidden'
      if (chat.visibility !== step.visibility)
        Object.assign(chat, { visibility: step.visibility, revision: chat.revision + 1 })
      return chat.revision
    case 'close':
      if (!may('close')) return 'Forbidden'
      chat.isClosed = true
      return 'gone'
    case 'put': {
      const { user, role } = step
      const before = present(user)?.role
      if (!(who === user ? mayTake(stands, role) : mayChange(may, before, role))) return 'Forbidden'
      if (before === role) return chat.revision
      if (role !== 'owner' && wouldOrphan(user)) return 'LastOwner'
      chat.members.set(user, { role, revision: ++chat.revision, goneBy: undefined })
      return chat.revision
    }
    case 'remove': {
      const member = present(step.user)
      if (!member) return 'MemberNotFound'
      if (who !== step.user && !mayChange(may, member.role)) return 'Forbidden'
      if (wouldOrphan(step.user)) return 'LastOwner'
      Object.assign(member, { revision: ++chat.revision, goneBy: who })
      return chat.revision
    }
  }
}
