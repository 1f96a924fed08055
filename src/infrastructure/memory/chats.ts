import * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../application/ports/chats.ts'
import type { Journal } from '../../application/ports/journal.ts'
import { messagePage, type MessageSelection } from '../../application/ports/page.ts'
import type { Caller, UserId } from '../../domain/caller.ts'
import * as Chat from '../../domain/chat/chat.ts'
import { isFormer, type Member, type Membership } from '../../domain/chat/member.ts'
import { isTombstone } from '../../domain/chat/message.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import { seesMarkers, type ShownMember } from '../../domain/chat/reading.ts'
import { NOBODY_ELSE, type Outcome } from '../../domain/chat/scene.ts'
import { decidedBy } from '../../domain/chat/sight.ts'
import type { ChatId, MessagePosition } from '../../domain/identity.ts'
import type { Intent } from '../../domain/intent.ts'
import {
  changesSince,
  type Entry,
  hasReacted,
  isMember,
  keepReaction,
  isOwn,
  isPublic,
  isSeen,
  keepMessage,
  membershipIn,
  present,
} from './entry.ts'
import { readingIn } from './markers.ts'
import { memberPage, othersThan } from './members.ts'
import { select } from './select.ts'
import { memoryStore, type Store } from './store.ts'

/** All messages; or those alone that answer one. */
const answersIn = (messages: Entry['messages'], { replyTo }: MessageSelection) =>
  replyTo === undefined ? messages : messages.filter((message) => message.replyTo === replyTo)

const shownTo = (caller: Caller, entry: Entry, member: Member): ShownMember => ({
  ...member,
  readMessageId: seesMarkers(caller, entry.chat, membershipIn(entry, caller))
    ? readingIn(entry, member.userId).readMessageId
    : null,
})

/** Keeps everything in one process. JavaScript runs each step to its end, so every step is atomic. */
export const memoryChats = ({ entries, opened, next }: Store = memoryStore()): Chats & Journal => {
  let lastChatId = 0

  const entryOf = (id: ChatId): E.Either<ChatNotFound, Entry> =>
    E.fromNullable<ChatNotFound>({ kind: 'ChatNotFound', chatId: id })(entries.get(id))

  const seenBy = (caller: Caller, id: ChatId): E.Either<ChatNotFound, Entry> => {
    const found = entryOf(id)
    return E.isRight(found) && !isSeen(caller, found.right) ? E.left({ kind: 'ChatNotFound', chatId: id }) : found
  }

  const remove = (id: ChatId) => {
    entries.delete(id)
    for (const [key, { result }] of opened) if (result.id === id) opened.delete(key)
  }

  const keep = (entry: Entry, { chat, message, member, reacting }: Outcome, intent: Intent | undefined) => {
    if (!chat) return remove(entry.chat.id)
    if (chat.revision === entry.chat.revision) return
    const touchedAt = next()
    const mark = (userId: UserId, messageId: MessagePosition) =>
      entry.markers.set(userId, { messageId, movedAt: touchedAt })
    // Who joins has read everything, and so has whoever writes.
    if (member && !isFormer(member) && !isMember(entry, member.userId)) mark(member.userId, chat.lastMessageId)
    if (message?.author && chat.lastMessageId > entry.chat.lastMessageId && isMember(entry, message.author))
      mark(message.author, chat.lastMessageId)
    if (message) keepMessage(entry, message, intent)
    if (message && isTombstone(message)) entry.reacted.delete(message.id)
    if (reacting) keepReaction(entry, reacting)
    if (member) entry.members.set(member.userId, member)
    entries.set(chat.id, { ...entry, chat, touchedAt })
  }

  return {
    add: (caller, draft, intent) => async () => {
      const done = intent && opened.get(intent.keptKey)
      if (done) {
        const seen = seenBy(caller, done.result.id)
        return E.isLeft(seen) ? seen : Chat.reopen(draft, intent, done)
      }
      const chat = Chat.open(draft)(++lastChatId as ChatId)
      const members = new Map<UserId, Membership>(
        Chat.founders(caller, draft, chat).map((member) => [member.userId, member]),
      )
      entries.set(chat.id, {
        chat,
        members,
        messages: [],
        made: [],
        done: new Map(),
        reacted: new Map(),
        markers: new Map(),
        touchedAt: next(),
      })
      if (intent) opened.set(intent.keptKey, { fingerprint: intent.fingerprint, result: chat })
      return E.right({ done: chat, replayed: false })
    },

    decide:
      (caller, { chatId, messageId, replyTo, reaction, target, intent }, decision) =>
      async () => {
        const found = entryOf(chatId)
        if (E.isLeft(found)) return found
        const { chat, done, members } = found.right
        const decided = decidedBy(
          caller,
          decision,
        )({
          chat,
          membership: membershipIn(found.right, caller),
          target: target && members.get(target),
          others: target === undefined ? NOBODY_ELSE : othersThan(members, target),
          message: present(found.right, messageId),
          replied: present(found.right, replyTo),
          reacted: hasReacted(found.right, messageId, reaction, caller),
          done: intent && done.get(intent.keptKey),
        })
        if (E.isRight(decided)) keep(found.right, decided.right, intent)
        return decided
      },

    list: (caller, selection, visibility) => async () => {
      const isListed = visibility === 'public' ? isPublic : isOwn
      const seen = [...entries.values()].filter((entry) => isSeen(caller, entry) && isListed(entry, caller))
      return E.right(
        select(
          seen.map(({ chat }) => chat),
          selection,
        ),
      )
    },

    findMessage: (caller, chatId, messageId) => async () => {
      const found = seenBy(caller, chatId)
      if (E.isLeft(found)) return found
      const message = present(found.right, messageId)
      return message ? E.right(message) : E.left({ kind: 'MessageNotFound' as const, chatId, messageId })
    },

    messages: (caller, id, selection) => async () =>
      E.map(({ chat, messages }: Entry) =>
        messagePage(chat, select(answersIn(messages, selection), selection, isTombstone)),
      )(seenBy(caller, id)),

    since: (id, after, limit) => async () => E.map((entry: Entry) => changesSince(entry, after, limit))(entryOf(id)),

    revisions: (ids) => async () => {
      const found = ids.flatMap((id) => entries.get(id)?.chat ?? [])
      return E.right(new Map(found.map(({ id, revision }) => [id, revision])))
    },

    sights: (caller, ids) => async () => {
      const found = ids.flatMap((id) => entries.get(id) ?? []).filter((entry) => isSeen(caller, entry))
      return E.right(
        new Map(found.map((entry) => [entry.chat.id, { chat: entry.chat, membership: membershipIn(entry, caller) }])),
      )
    },

    members: (caller, id, selection) => async () =>
      E.map((entry: Entry) => {
        const { entries, more } = memberPage(entry.members, selection)
        return { chat: entry.chat, entries: entries.map((member) => shownTo(caller, entry, member)), more }
      })(seenBy(caller, id)),

    findMember: (caller, chatId, userId) => async () => {
      const found = seenBy(caller, chatId)
      if (E.isLeft(found)) return found
      const member = found.right.members.get(userId)
      return member && !isFormer(member)
        ? E.right(shownTo(caller, found.right, member))
        : E.left({ kind: 'MemberNotFound' as const, chatId, userId })
    },
  }
}
