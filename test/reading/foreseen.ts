import { presentIn, standing } from '../contract/member-model.ts'
import type { ReadingChat } from './reading-chat.ts'

/** A message that is there, as everybody sees it. */
export interface SeenMessage {
  readonly id: number
  readonly author: string | null
  readonly text: string
  readonly replyTo: number | null
  readonly tag: number
  readonly reactions: readonly (readonly [reaction: string, count: number])[]
}

export interface SeenEntry {
  readonly chat: number
  readonly title: string
  readonly visibility: string
  readonly tag: number
  readonly last: number
  readonly role: string
  readonly marker: number
  readonly unread: number
  readonly lastMessage: SeenMessage | null
}

/** Up to where a user has read, and how much came after; or why it is not told. */
export type SeenMarker = readonly [marker: number, unread: number] | string

export const foreseenMessages = ({ rules, more }: ReadingChat): SeenMessage[] =>
  rules.messages.flatMap(({ author, text }, index) => {
    const { replyTo, tag, reactions } = more[index]!
    if (text === null) return []
    const counts = reactions.map(({ reaction, users }) => [reaction, users.length] as const)
    return { id: index + 1, author, text, replyTo, tag, reactions: counts }
  })

const markerIn = (chat: ReadingChat, user: string): readonly [number, number] => {
  const marker = chat.markers.get(user)!
  return [marker, foreseenMessages(chat).filter(({ id }) => id > marker).length]
}

export const foreseenMarker = (chat: ReadingChat, user: string): SeenMarker => {
  if (standing(chat.rules, user) === undefined) return 'ChatNotFound'
  return presentIn(chat.rules).includes(user) ? markerIn(chat, user) : 'MemberNotFound'
}

/** The newest message first, the reactions to one by their bytes. */
export const foreseenOwnReactions = (chat: ReadingChat, user: string) => {
  if (standing(chat.rules, user) === undefined) return 'ChatNotFound'
  return chat.more
    .flatMap(({ reactions }, index) =>
      reactions
        .filter(({ users }) => users.includes(user))
        .map(({ reaction }) => [index + 1, reaction] as const)
        .toSorted(([, a], [, b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
    .toSorted(([a], [b]) => b - a)
}

export const foreseenInbox = (chats: readonly ReadingChat[], user: string): SeenEntry[] =>
  chats
    .filter(({ rules }) => !rules.isClosed && presentIn(rules).includes(user))
    .toSorted((a, b) => b.activeAt - a.activeAt || b.id - a.id)
    .map((chat) => {
      const { title, visibility, messages, members } = chat.rules
      const [marker, unread] = markerIn(chat, user)
      return {
        chat: chat.id,
        title,
        visibility,
        tag: chat.tag,
        last: messages.length,
        role: members.get(user)!.role,
        marker,
        unread,
        lastMessage: foreseenMessages(chat).at(-1) ?? null,
      }
    })

export const foreseenTotal = (chats: readonly ReadingChat[], user: string) => {
  const unread = foreseenInbox(chats, user).map((entry) => entry.unread)
  return { chats: unread.filter((count) => count > 0).length, messages: unread.reduce((sum, count) => sum + count, 0) }
}
