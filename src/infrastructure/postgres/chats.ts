import * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../application/ports/chats.ts'
import { authorOf } from '../../domain/caller.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
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

/** Changes go in groups, reads in batches; each of either is one prepared statement on any free connection. */
export const postgresChats = ({ pool }: Database, settings?: Partial<WriteSettings>): Chats => {
  const read = postgresReads(pool)
  const queues = writeQueues(pool, settings)
  const add = addingChats(pool)

  return {
    add: (caller, draft, intent) => inTime(retry(() => add(caller, draft, intent))),

    decide: (caller, ask, decision) => () =>
      new Promise((resolve, reject) =>
        queues.add({
          ask: { ...ask, userId: authorOf(caller) ?? undefined },
          decision: decidedBy(caller, decision),
          since: performance.now(),
          conflicts: 0,
          resolve: resolve as PendingChange['resolve'],
          reject,
        }),
      ),

    list: (caller, selection) => inTime(retry(async () => E.right(await read.chats(caller, selection)))),

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
  }
}
