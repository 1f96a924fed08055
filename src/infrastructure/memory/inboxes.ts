import * as E from 'fp-ts/lib/Either.js'
import type {
  Inboxes,
  InboxAddress,
  InboxEntry,
  InboxHead,
  InboxPlace,
  Moment,
  OwnReading,
} from '../../application/ports/inboxes.ts'
import type { UserId } from '../../domain/caller.ts'
import { isFormer, type Member } from '../../domain/chat/member.ts'
import { isTombstone, type Message } from '../../domain/chat/message.ts'
import type { Entry } from './entry.ts'
import { readingIn } from './markers.ts'
import type { Store } from './store.ts'

const memberIn = ({ members }: Entry, userId: UserId): Member | undefined => {
  const membership = members.get(userId)
  return membership && !isFormer(membership) ? membership : undefined
}

const headOf = ({ chat, messages }: Entry): InboxHead => ({
  chat,
  lastMessage: messages.findLast((message): message is Message => !isTombstone(message)) ?? null,
})

const ownOf = (entry: Entry, { userId, role }: Member): OwnReading => {
  const { readMessageId, unread } = readingIn(entry, userId)
  return { userId, role, readMessageId, unread }
}

const placeOf = ({ chat }: InboxHead): InboxPlace => ({ activeAt: chat.activeAt, chatId: chat.id })

/** Descending by when the chat was active, then by id. */
const inOrder = (a: InboxPlace, b: InboxPlace): number =>
  b.activeAt.getTime() - a.activeAt.getTime() || b.chatId - a.chatId

/** Looks at every chat for every question: it is meant for tests and trials. */
export const memoryInboxes = ({ entries, now }: Store): Inboxes => {
  const inboxOf = (userId: UserId): readonly InboxEntry[] =>
    [...entries.values()].flatMap((entry) => {
      const member = memberIn(entry, userId)
      return member ? [{ ...headOf(entry), ...ownOf(entry, member) }] : []
    })

  const changedAt = (entry: Entry, userId: UserId): Moment => {
    const marked = entry.markers.get(userId)?.movedAt ?? entry.touchedAt
    return marked > entry.touchedAt ? marked : entry.touchedAt
  }

  return {
    page:
      (userId, { limit, before }) =>
      async () => {
        const found = inboxOf(userId)
          .filter((entry) => !before || inOrder(before, placeOf(entry)) < 0)
          .sort((a, b) => inOrder(placeOf(a), placeOf(b)))
        return E.right({ entries: found.slice(0, limit), more: found.length > limit, moment: now() })
      },

    unread: (userId) => async () => {
      const counts = inboxOf(userId).map(({ unread }) => unread)
      return E.right({
        chats: counts.filter((count) => count > 0).length,
        messages: counts.reduce((sum, count) => sum + count, 0),
      })
    },

    since: (userId, moment) => async () => {
      const own = [...entries.values()].filter((entry) => memberIn(entry, userId))
      const idOf = ({ chat }: Entry) => chat.id
      const changed = own.filter((entry) => changedAt(entry, userId) > moment)
      return E.right({ chatIds: own.map(idOf), changed: changed.map(idOf), moment: now() })
    },

    entries: (addresses) => async () => {
      const news = [...Map.groupBy(addresses, ({ chatId }) => chatId)].flatMap(([chatId, ofChat]) => {
        const entry = entries.get(chatId)
        const members = ofChat.flatMap(({ userId }) => (entry && memberIn(entry, userId)) ?? [])
        return entry && members.length > 0
          ? [{ ...headOf(entry), members: members.map((member) => ownOf(entry, member)) }]
          : []
      })
      return E.right({ news, moment: now() })
    },

    heads: (chatIds) => async () => {
      const chats = chatIds.flatMap((id) => entries.get(id)?.chat ?? [])
      return E.right(new Map(chats.map(({ id, revision, accessRevision }) => [id, { revision, accessRevision }])))
    },

    membersAmong: (chatIds, userIds) => async () =>
      E.right(
        chatIds.flatMap((chatId): readonly InboxAddress[] => {
          const entry = entries.get(chatId)
          const present = userIds.filter((userId) => entry && memberIn(entry, userId))
          return present.map((userId) => ({ chatId, userId }))
        }),
      ),

    markersOf: (userIds) => async () =>
      E.right(
        userIds.flatMap((userId) =>
          inboxOf(userId).map(({ chat, readMessageId }) => ({ chatId: chat.id, userId, readMessageId })),
        ),
      ),
  }
}
