import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Chats } from '../../application/ports/chats.ts'
import type { Unavailable } from '../../application/ports/failures.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Intent } from '../../domain/intent.ts'
import { addChat } from './writes/add-chat.ts'
import { attempt } from './database/retry.ts'
import type { Database } from './database/database.ts'
import { changing, changingMessage, type Draft, posting } from './writes/draft.ts'
import { type LaneSettings, openLanes } from './writes/write-queue.ts'
import { withLocked } from './writes/write-locked.ts'
import { postgresReads } from './reads/reads.ts'

const chatNotFound = (chatId: ChatId) => E.left<ChatNotFound>({ kind: 'ChatNotFound', chatId })
const messageNotFound = (chatId: ChatId, messageId: MessageId) =>
  E.left<MessageNotFound>({ kind: 'MessageNotFound', chatId, messageId })

/** Changes go in groups, reads past everything; each of either is one prepared statement on any free connection. */
export const postgresChats = (database: Database, settings?: Partial<LaneSettings>): Chats => {
  const { pool } = database
  const read = postgresReads(pool)
  const lanes = openLanes(pool, settings)

  const grouped =
    <Refused, A>(
      chatId: ChatId,
      decide: (draft: Draft) => E.Either<Refused, A> | undefined,
      asks: { readonly messageId?: MessageId; readonly intent?: Intent | undefined } = {},
    ): TE.TaskEither<Refused | ChatNotFound | Unavailable, A> =>
    () =>
      new Promise((resolve, reject) => {
        const settle = resolve as (answer: E.Either<unknown, unknown>) => void
        lanes.join({ chatId, decide, ...asks, since: performance.now(), lost: 0, resolve: settle, reject })
      })

  return {
    add: (draft, intent) => attempt(() => addChat(database, draft, intent)),

    find: (id) =>
      attempt(async () => {
        const chat = await read.chat(id)
        return chat ? E.right(chat) : chatNotFound(id)
      }),

    list: (selection) => attempt(async () => E.right(await read.chats(selection))),

    change: (id, decide) => grouped(id, changing(decide)),

    post: (id, decide, intent) => grouped(id, posting(decide, intent), { intent }),

    changeMessage: (id, messageId, decide) => grouped(id, changingMessage(messageId, decide), { messageId }),

    remove:
      <Refused>(id: ChatId, decide: (chat: Chat) => E.Either<Refused, void>) =>
      () =>
        lanes.apart(
          id,
          attempt<Refused | ChatNotFound, void>(() =>
            withLocked(pool, id, async (client, chat) => {
              if (!chat) return chatNotFound(id)
              const decision = decide(chat)
              if (E.isRight(decision)) await client.query('delete from chats where id = $1', [id])
              return decision
            }),
          ),
        ),

    findMessage: (id, messageId) =>
      attempt(async () => {
        const message = await read.message(id, messageId)
        if (message === undefined) return chatNotFound(id)
        return message ? E.right(message) : messageNotFound(id, messageId)
      }),

    messages: (id, selection) =>
      attempt(async () => {
        const page = await read.messages(id, selection)
        return page ? E.right(page) : chatNotFound(id)
      }),
  }
}
