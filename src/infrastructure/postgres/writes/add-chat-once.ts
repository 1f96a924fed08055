import type { MikroORM, QueryResult, SqlEntityManager } from '@mikro-orm/postgresql'
import * as E from 'fp-ts/lib/Either.js'
import type { Once } from '../../../application/ports/chats.ts'
import * as Chat from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { type Intent, type KeyReused, sameIntent } from '../../../domain/intent.ts'
import { ChatKeyRow, ChatRow } from '../database/schema.ts'

/** Rolls the transaction back: another one committed under the key first. */
class KeyTaken extends Error {}

const insertChat = async (em: SqlEntityManager, draft: Chat.NewChat): Promise<Chat.Chat> => {
  const { id: _, ...row } = Chat.open(draft)(0 as ChatId)
  return Chat.open(draft)(Number(await em.insert(ChatRow, row)) as ChatId)
}

/** The chat that the key opened, as it was opened; the intent vouches for its title. */
const openedBefore = async (
  em: SqlEntityManager,
  { title }: Chat.NewChat,
  intent: Intent,
): Promise<E.Either<KeyReused, Once<Chat.Chat>> | undefined> => {
  const key = await em.findOne(ChatKeyRow, { idempotencyKey: intent.key })
  const row = key && (await em.findOne(ChatRow, { id: Number(key.chatId) as ChatId }))
  if (!row) return undefined
  const done = Chat.open({ title, at: row.createdAt })(row.id)
  return E.map(() => ({ done, replayed: true }))(sameIntent(intent, key.fingerprint))
}

/** Opens the chat under the key, or finds the one that was. */
export const addChatOnce = async (
  { em }: MikroORM,
  draft: Chat.NewChat,
  intent: Intent,
): Promise<E.Either<KeyReused, Once<Chat.Chat>>> => {
  // Ends: each turn either finds the chat, opens it, or lost to a transaction that did, or to the deletion of its chat.
  for (;;) {
    const earlier = await openedBefore(em.fork(), draft, intent)
    if (earlier) return earlier
    try {
      return await em.fork().transactional(async (em) => {
        const done = await insertChat(em, draft)
        const { key: idempotencyKey, fingerprint } = intent
        // Waits for a transaction that holds the same key, and then finds it taken.
        const inserted = await em
          .createQueryBuilder(ChatKeyRow)
          .insert({ idempotencyKey, fingerprint, chatId: done.id })
          .onConflict('idempotencyKey')
          .ignore()
          .execute<QueryResult>('run')
        if (inserted.affectedRows === 0) throw new KeyTaken()
        return E.right({ done, replayed: false })
      })
    } catch (error) {
      if (!(error instanceof KeyTaken)) throw error
    }
  }
}
