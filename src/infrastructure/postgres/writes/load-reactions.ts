import type { OwnReaction } from '../../../domain/chat/reaction.ts'
import { namesOf, readerOf } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { ownReactionColumns } from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'
import type { Asked, Drafts } from './draft.ts'
import { addReaction } from './draft-reactions.ts'

const isWanted = Object.values(ownReactionColumns)
  .map(({ name }) => `r.${name} = wanted.${name}`)
  .join(' and ')

const findReactions = statement(
  'reactions-by-user',
  { wanted: table<OwnReaction>(ownReactionColumns) },
  ({ wanted }, { among }) =>
    `select ${namesOf(ownReactionColumns, 'r')} from ${wanted.rows} join reactions r on ${isWanted}
       ${among('r.chat_id', wanted.arrays.chatId)}`,
  readerOf<OwnReaction>(ownReactionColumns),
)

/** Adds whether those who ask reacted as they say to the drafts. Never before the chats were looked up. */
export const addReactions = async (session: Session, drafts: Drafts, asks: readonly Asked[]): Promise<void> => {
  const wanted = asks.flatMap(({ chatId, messageId, userId, reaction }) =>
    messageId !== undefined && userId !== undefined && reaction !== undefined && drafts.has(chatId)
      ? [{ chatId, messageId, userId, reaction }]
      : [],
  )
  if (wanted.length === 0) return
  for (const found of await findReactions(session, { wanted })) {
    const draft = drafts.get(found.chatId)
    if (draft) addReaction(draft.reactions, found)
  }
}
