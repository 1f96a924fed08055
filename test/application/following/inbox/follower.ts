import type { InboxBatch } from '../../../../src/application/following/inbox/inbox-event.ts'
import type { Moment } from '../../../../src/application/ports/inboxes.ts'
import { ANYBODY, type User, type UserId } from '../../../../src/domain/caller.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { right } from '../../../fixtures.ts'
import { inboxFold } from '../../../inbox-fold.ts'
import { settled } from '../fakes.ts'
import type { Server } from './fakes.ts'

/** Events as clients see them, each with the moment that its id means, and the revision that stands behind an entry. */
const toldIn = ({ events, before, after }: InboxBatch) =>
  events.map((event, index) => {
    const moment = index === events.length - 1 ? after : before
    switch (event.kind) {
      case 'chats':
        return { moment, event: 'chats', data: { chat_ids: event.chatIds } }
      case 'removed':
        return { moment, event: 'entry_removed', data: { chat_id: event.chatId } }
      case 'entry': {
        const { head, own } = event
        const { chat, lastMessage } = head((one) => one)
        return { moment, event: 'entry', revision: chat.revision, data: { ...own, chat, last_message: lastMessage } }
      }
    }
  })

/** Somebody who keeps an inbox by what it is told, and takes batches only when it does not stall. */
export const aFollower = (server: Server, userId: UserId) => {
  const fold = inboxFold()
  let told: Moment | undefined
  let stop = new AbortController()
  /** The one that counts. */
  let connection: object | undefined
  let goOn: (() => void) | undefined
  const follower = {
    fold,
    /** What came, over all of its streams. */
    got: [] as ReturnType<typeof toldIn>,
    stalls: false,
    hasEnded: false,
    moment: () => told,
    /** Begins at the moment that it knows, or at the given one. */
    begin: async (after: Moment | undefined = told) => {
      const own = (connection = {})
      const following = right(await server.follow(ANYBODY, { userId, after })())
      if (own !== connection) return
      told = following.moment
      stop = new AbortController()
      const stream = following.batches(stop.signal)
      follower.hasEnded = false
      void (async () => {
        for await (const batch of stream) {
          if (follower.stalls) await new Promise<void>((resolve) => (goOn = resolve))
          if (own !== connection) return
          for (const event of toldIn(batch)) {
            follower.got.push(event)
            fold.take(event)
            told = event.moment
          }
        }
        follower.hasEnded = true
      })()
      await settled()
    },
    goOn: async () => {
      follower.stalls = false
      goOn?.()
      await settled()
    },
    /** Leaves the stream where it is; what it was about to take is lost. */
    cut: async () => {
      stop.abort()
      connection = undefined
      goOn?.()
      await settled()
    },
    events: () => follower.got.map(({ event }) => event),
    /** `[last message, unread]` of each entry that came of the chat, or 'removed'. */
    of: (chatId: ChatId) =>
      follower.got.flatMap(({ event, data }): (string | readonly number[])[] => {
        if (event === 'entry_removed') return (data as { chat_id: ChatId }).chat_id === chatId ? ['removed'] : []
        if (event !== 'entry') return []
        const { chat, unread } = data as unknown as { chat: { id: ChatId; lastMessageId: number }; unread: number }
        return chat.id === chatId ? [[chat.lastMessageId, unread]] : []
      }),
  }
  return follower
}

/** What suites do on a server, and with those who follow there. */
export const scenesOn = (server: Server) => ({
  opened: async (...members: readonly User[]): Promise<ChatId> => {
    const founders = members.map(({ id }) => ({ userId: id, role: 'member' as const }))
    return right(await server.act.open(ANYBODY, { members: founders })).done.id
  },
  send: async (chatId: ChatId) => void right(await server.act.send(ANYBODY, chatId)),
  following: async ({ id }: User, after?: Moment) => {
    const follower = aFollower(server, id)
    await follower.begin(after)
    await server.quiet()
    return follower
  },
})
