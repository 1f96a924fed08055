import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Reactions } from '../../application/ports/reactions.ts'
import type { ChatId } from '../../domain/identity.ts'
import { inTime } from './database/deadline.ts'
import { retry } from './database/retry.ts'
import { postgresReactionPages } from './reads/reactions.ts'

const chatNotFound = (chatId: ChatId) => E.left({ kind: 'ChatNotFound' as const, chatId })

export const postgresReactions = (pool: Pool): Reactions => {
  const read = postgresReactionPages(pool)
  return {
    users: (caller, chatId, messageId, reaction, selection) =>
      inTime(
        retry(async () => {
          const page = await read.users(caller, chatId, messageId, reaction, selection)
          if (page === undefined) return chatNotFound(chatId)
          return page ? E.right(page) : E.left({ kind: 'MessageNotFound' as const, chatId, messageId })
        }),
      ),

    ofUser: (caller, chatId, userId, selection) =>
      inTime(
        retry(async () => {
          const page = await read.ofUser(caller, chatId, userId, selection)
          return page ? E.right(page) : chatNotFound(chatId)
        }),
      ),
  }
}
