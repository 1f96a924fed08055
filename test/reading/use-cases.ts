import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { createChat } from '../../src/application/chats/create-chat.ts'
import { deleteChat } from '../../src/application/chats/delete-chat.ts'
import { updateChat } from '../../src/application/chats/update-chat.ts'
import { putMember } from '../../src/application/members/put-member.ts'
import { removeMember } from '../../src/application/members/remove-member.ts'
import { deleteMessage } from '../../src/application/messages/delete-message.ts'
import { editMessage } from '../../src/application/messages/edit-message.ts'
import { sendMessage } from '../../src/application/messages/send-message.ts'
import { addReaction } from '../../src/application/reactions/add-reaction.ts'
import { listOwnReactions } from '../../src/application/reactions/list-own-reactions.ts'
import { removeReaction } from '../../src/application/reactions/remove-reaction.ts'
import { getInbox } from '../../src/application/reading/get-inbox.ts'
import { getReadMarker } from '../../src/application/reading/get-read-marker.ts'
import { getUnread } from '../../src/application/reading/get-unread.ts'
import { moveReadMarker } from '../../src/application/reading/move-read-marker.ts'
import type { InboxPlace } from '../../src/application/ports/inboxes.ts'
import type { Storage } from '../../src/composition/storage.ts'
import { ANYBODY, type UserId } from '../../src/domain/caller.ts'
import type { Reaction } from '../../src/domain/chat/reaction.ts'
import type { ChatId, MessageId, MessagePosition } from '../../src/domain/identity.ts'
import type { Metadata } from '../../src/domain/metadata.ts'
import { messageView } from '../../src/interfaces/http/chats/views.ts'
import { inboxEntryView } from '../../src/interfaces/http/reading/views.ts'
import type { TestClock } from '../../src/testing/clock.ts'
import { aText, aTitle, aUser, later, right } from '../fixtures.ts'
import { DONE } from './model.ts'
import type { ReadingChat } from './reading-chat.ts'
import type { SeenEntry } from './foreseen.ts'
import { MANY, metadataOf, type Server } from './server.ts'
import { seenEntry, seenMessage } from './seen.ts'
import { numberOf, type Opening, placeOf, reactionOf, type Step } from './step.ts'
import { callerOf } from './steps.ts'

const answered = async (task: TE.TaskEither<{ readonly kind: string }, unknown>): Promise<string> => {
  const answer = await task()
  return E.isLeft(answer) ? answer.left.kind : DONE
}

const shown = async <A, B>(task: TE.TaskEither<{ readonly kind: string }, A>, show: (found: A) => B) => {
  const answer = await task()
  return E.isLeft(answer) ? answer.left.kind : show(answer.right)
}

/** Without HTTP, by the use cases. */
export const useCases = ({ chats, markers, inboxes, reactions, signals }: Storage, clock: TestClock): Server => {
  const moved = (ticks: number) => clock.set(later(ticks * 1000))

  const taken = (chat: ReadingChat, step: Exclude<Step, Opening>) => {
    const [caller, chatId] = [callerOf(step.who), chat.id as ChatId]
    const messageId = ('back' in step ? numberOf(chat, step) : 0) as MessageId
    switch (step.kind) {
      case 'send':
        return sendMessage(chats, clock)(caller, { chatId, message: { text: aText(step.text) } })
      case 'reply':
        return sendMessage(chats, clock)(caller, { chatId, message: { text: aText(step.text), replyTo: messageId } })
      case 'edit':
        return editMessage(chats, clock)(caller, { chatId, messageId, text: aText(step.text) })
      case 'tag':
        return editMessage(chats, clock)(caller, { chatId, messageId, metadata: metadataOf(step.tag) as Metadata })
      case 'erase':
        return deleteMessage(chats, clock)(caller, { chatId, messageId })
      case 'react':
        return addReaction(chats, clock)(caller, {
          chatId,
          messageId,
          reaction: reactionOf(chat, messageId, step) as Reaction,
        })
      case 'unreact':
        return removeReaction(chats, clock)(caller, {
          chatId,
          messageId,
          reaction: reactionOf(chat, messageId, step) as Reaction,
        })
      case 'mark': {
        const place = placeOf(chat, step.back) as MessagePosition
        const { forward } = step
        return moveReadMarker(markers, signals)(caller, {
          chatId,
          userId: step.user as UserId,
          messageId: place,
          forward,
        })
      }
      case 'put':
        return putMember(chats, clock)(caller, { chatId, userId: step.user as UserId, role: step.role })
      case 'remove':
        return removeMember(chats, clock)(caller, { chatId, userId: step.user as UserId })
      case 'show':
        return updateChat(chats, clock)(caller, { chatId, visibility: step.visibility })
      case 'rename':
        return updateChat(chats, clock)(caller, { chatId, title: aTitle(step.text) })
      case 'tag chat':
        return updateChat(chats, clock)(caller, { chatId, metadata: metadataOf(step.tag) as Metadata })
      case 'close':
        return deleteChat(chats)(caller, { chatId })
    }
  }

  return {
    says: (answer) => answer,
    open: async ({ who, visibility, founders }, ticks) => {
      moved(ticks)
      const members = founders.map(({ user, role }) => ({ userId: user as UserId, role }))
      const draft = { title: aTitle(), visibility, members }
      return right(await createChat(chats, clock)(callerOf(who), draft)()).done.id
    },
    take: (chat, step, ticks) => {
      moved(ticks)
      return answered(taken(chat, step))
    },
    inbox: async (user, limit) => {
      const all: SeenEntry[] = []
      for (let before: InboxPlace | undefined; ;) {
        const query = { userId: user as UserId, selection: { limit, before } }
        const { entries, more } = right(await getInbox(inboxes)(aUser(user), query)())
        all.push(...entries.map((entry) => seenEntry(inboxEntryView(entry))))
        if (all.length > MANY) throw new Error(`the inbox of ${user} has no end`)
        const last = entries.at(-1)?.chat
        if (!more || !last) return all
        before = { activeAt: last.activeAt, chatId: last.id }
      }
    },
    total: async (user) => right(await getUnread(inboxes)(aUser(user), user as UserId)()),
    marker: (chat, user) =>
      shown(
        getReadMarker(markers)(aUser(user), { chatId: chat as ChatId, userId: user as UserId }),
        ({ readMessageId, unread }) => [readMessageId, unread] as const,
      ),
    ownReactions: (chat, user) => {
      const query = { chatId: chat as ChatId, userId: user as UserId, selection: { limit: 100 } }
      return shown(listOwnReactions(reactions)(aUser(user), query), ({ entries }) =>
        entries.map(({ messageId, reaction }) => [messageId, reaction] as const),
      )
    },
    messages: (chat) =>
      shown(chats.messages(ANYBODY, chat as ChatId, { limit: 100 }), ({ chat, entries }) => ({
        revision: chat.revision,
        all: entries.map((message) => seenMessage(messageView(message))).toReversed(),
      })),
  }
}
