import type { Chat, ChatEvent, Role } from '../client/index.ts'
import { isFormerMember } from '../client/index.ts'
import { EMPTY, type MessageWindow, withTold } from './message-window.ts'
import type { Standing } from './permissions.ts'

/** A member as the page knows it. */
export interface KnownMember {
  readonly user_id: string
  readonly role: Role
  readonly read_message_id?: number | null
}

/** What somebody sees of a chat. */
export interface Sight {
  readonly chat: Chat | undefined
  readonly window: MessageWindow | undefined
  /** Undefined until it is known. */
  readonly standing: Standing | undefined
  /** By user id; undefined until somebody asks. */
  readonly members: ReadonlyMap<string, KnownMember> | undefined
  /** `12 ❤`: the user's own reactions to the messages that are shown. */
  readonly own: ReadonlySet<string>
  /** Who types, and until when that holds, in milliseconds. */
  readonly typing: ReadonlyMap<string, number>
  /** Who sent a message last, and when, in milliseconds. */
  readonly spoke: { readonly author: string | null; readonly at: number } | undefined
  /** The newest message of somebody else that an event told. */
  readonly heard: { readonly author: string | null; readonly text: string; readonly id: number } | undefined
  readonly isConnected: boolean | undefined
  readonly isAtEnd: boolean
  /** Why nothing more comes. */
  readonly end: 'deleted' | 'gone' | undefined
  readonly failure: unknown
}

export const NOTHING_YET: Sight = {
  chat: undefined,
  window: undefined,
  standing: undefined,
  members: undefined,
  own: new Set(),
  typing: new Map(),
  spoke: undefined,
  heard: undefined,
  isConnected: undefined,
  isAtEnd: true,
  end: undefined,
  failure: undefined,
}

/** The signal that somebody types may come after the message that was typed: for so long it says nothing. */
const OVERTAKEN_MS = 1000

/** A user has stopped when nothing more is told of it for so long. */
export const TYPING_MS = 5000

const withMember = (members: Sight['members'], member: KnownMember): Sight['members'] =>
  members && new Map([...members, [member.user_id, { ...members.get(member.user_id), ...member }]])

export const without = <Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): ReadonlyMap<Key, Value> => {
  if (!map.has(key)) return map
  const copy = new Map(map)
  copy.delete(key)
  return copy
}

type Told<Type> = Extract<ChatEvent, { readonly type: Type }>

const afterMember = (sight: Sight, { member }: Told<'member'>, user: string | undefined): Sight => {
  const isFormer = isFormerMember(member)
  const own: Standing = isFormer ? 'stranger' : member.role
  return {
    ...sight,
    standing: member.user_id === user ? own : sight.standing,
    members: isFormer ? sight.members && without(sight.members, member.user_id) : withMember(sight.members, member),
  }
}

const afterTyping = (sight: Sight, { user_id }: Told<'typing'>, user: string | undefined, now: number): Sight => {
  const { typing, spoke } = sight
  const isOver = spoke?.author === user_id && now - spoke.at < OVERTAKEN_MS
  return user_id === user || isOver ? sight : { ...sight, typing: new Map([...typing, [user_id, now + TYPING_MS]]) }
}

const afterMessage = (sight: Sight, event: Told<'message'>, user: string | undefined, now: number): Sight => {
  const { message, position } = event
  const { window = EMPTY, isAtEnd } = sight
  const isNews =
    'text' in message && message.author !== (user ?? null) && message.id > (sight.chat?.last_message_id ?? 0)
  return {
    ...sight,
    chat: sight.chat && { ...sight.chat, last_message_id: Math.max(sight.chat.last_message_id, message.id) },
    window: withTold(window, message, Number(position ?? 0), isAtEnd),
    typing: message.author === null ? sight.typing : without(sight.typing, message.author),
    spoke: { author: message.author, at: now },
    heard: isNews ? message : sight.heard,
  }
}

/** What is seen after the event, at that time in milliseconds. */
export const afterEvent = (sight: Sight, event: ChatEvent, user: string | undefined, now: number): Sight => {
  switch (event.type) {
    case 'message':
      return afterMessage(sight, event, user, now)
    case 'member':
      return afterMember(sight, event, user)
    case 'chat':
      return { ...sight, chat: event.chat }
    case 'chat_deleted':
      return { ...sight, end: 'deleted' }
    case 'chat_restored':
      return { ...sight, window: EMPTY, members: sight.members && new Map() }
    case 'typing':
      return afterTyping(sight, event, user, now)
    case 'read': {
      const member = sight.members?.get(event.user_id)
      return member ? { ...sight, members: withMember(sight.members, { ...member, ...event }) } : sight
    }
  }
}
