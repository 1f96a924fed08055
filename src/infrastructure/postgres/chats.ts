import * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../application/ports/chats.ts'
import { userOf, type UserId } from '../../domain/caller.ts'
import type { ChatNotFound, MemberNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import { decidedBy } from '../../domain/chat/sight.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Database } from './database/database.ts'
import { inTime } from './database/deadline.ts'
import { retry } from './database/retry.ts'
import { postgresReads } from './reads/reads.ts'
import { addingChats } from './writes/add-chats.ts'
import type { PendingChange } from './writes/pending-change.ts'
import { writeQueues, type WriteSettings } from './writes/write-queues.ts'

const chatNotFound = (chatId: ChatId) => E.left<ChatNotFound>({ kind: 'ChatNotFound', chatId })
const messageNotFound = (chatId: ChatId, messageId: MessageId) =>
  E.left<MessageNotFound>({ kind: 'MessageNotFound', chatId, messageId })

const memberNotFound = (chatId: ChatId, userId: UserId) =>
  E.left<MemberNotFound>({ kind: 'MemberNotFound', chatId, userId })

/** Changes go in groups, reads in batches; each of either is one prepared statement on any free connection. */
export const postgresChats = (database: Pick<Database, 'pool' | 'parts'>, settings?: Partial<WriteSettings>): Chats => {
  const read = postgresReads(database.pool, database.parts)
  const queues = writeQueues(database, settings)
  const add = addingChats(database)

  return {
    add: (caller, draft, intent) => inTime(retry(() => add(caller, draft, intent))),

    decide: (caller, ask, decision) => () =>
      new Promise((resolve, reject) =>
        queues.add({
          ask: { ...ask, userId: userOf(caller) ?? undefined },
          decision: decidedBy(caller, decision),
          since: performance.now(),
          conflicts: 0,
          resolve: resolve as PendingChange['resolve'],
          reject,
        }),
      ),

    list: (caller, selection, visibility) =>
      inTime(retry(async () => E.right(await read.chats(caller, selection, visibility ?? 'own')))),

    findMessage: (caller, id, messageId) =>
      retry(async () => {
        const message = await read.message(caller, id, messageId)
        if (message === undefined) return chatNotFound(id)
        return message ? E.right(message) : messageNotFound(id, messageId)
      }),

    messages: (caller, id, selection) =>
      retry(async () => {
        const page = await read.messages(caller, id, selection)
        return page ? E.right(page) : chatNotFound(id)
      }),

    members: (caller, id, selection) =>
      inTime(
        retry(async () => {
          const page = await read.members.page(caller, id, selection)
          return page ? E.right(page) : chatNotFound(id)
        }),
      ),

    findMember: (caller, id, userId) =>
      inTime(
        retry(async () => {
          const member = await read.members.one(caller, id, userId)
          if (member === undefined) return chatNotFound(id)
          return member ? E.right(member) : memberNotFound(id, userId)
        }),
      ),
  }
}
