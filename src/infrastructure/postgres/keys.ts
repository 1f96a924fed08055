import type { SqlEntityManager } from '@mikro-orm/postgresql'
import * as E from 'fp-ts/lib/Either.js'
import type { Posting } from '../../application/ports.ts'
import type { ChatId } from '../../domain/identity.ts'
import { type Fingerprint, type Intent, type KeyReused, sameIntent } from '../../domain/intent.ts'
import { toPosting } from './mapping.ts'
import { MessageRow } from './schema.ts'

/** What the chat kept under the intent's key, also when the message was edited or deleted since. */
export const findPosting = async (
  em: SqlEntityManager,
  chatId: ChatId,
  intent: Intent,
): Promise<E.Either<KeyReused, Posting> | undefined> => {
  const row = await em.findOne(MessageRow, { chatId, idempotencyKey: intent.key })
  if (!row) return undefined
  const { fingerprint, postedRevision, revision } = row
  const posting = toPosting({ chatId, id: row.id, createdAt: row.createdAt, revision: postedRevision ?? revision })
  return E.map(() => posting)(sameIntent(intent, fingerprint as Fingerprint))
}
