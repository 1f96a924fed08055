import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Change, chatChanged, memberChanged, messageChanged } from '../../domain/chat/change.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Changes, Journal } from '../ports/journal.ts'
import { type Batch, batchOf } from './batch.ts'

/** Messages and members read from the journal at a time. */
export const PAGE = 100

/** The chat is at an earlier revision than it was: a backup was restored, and what happened since has not happened. */
export interface ChatWentBack {
  readonly kind: 'ChatWentBack'
  readonly chatId: ChatId
}

export interface BatchRead {
  readonly batch: Batch
  /** Whether the journal had more than a page. */
  readonly more: boolean
}

/** Both by revision; nearly always one of them is empty. */
const inOrder = (messages: Change[], members: Change[]): Change[] =>
  members.length === 0 ? messages : [...messages, ...members].sort((a, b) => a.revision - b.revision)

/** The changes in one reading of the journal: the chat's own goes where its revision puts it among the others. */
export const changesIn = (cursor: Revision, { chat, messages, members, more }: Changes): Batch => {
  const changes = inOrder(messages.map(messageChanged), members.map(memberChanged))
  const upTo = (more ? changes.at(-1)?.revision : undefined) ?? chat.revision
  if (chat.changedAtRevision > cursor && chat.changedAtRevision <= upTo) {
    const at = changes.findIndex(({ revision }) => revision > chat.changedAtRevision)
    changes.splice(at < 0 ? changes.length : at, 0, chatChanged(chat))
  }
  return batchOf(cursor, changes, upTo, chat.changedAtRevision > upTo ? chatChanged(chat) : undefined)
}

/** The first page of what happened after the cursor, where the chat was. */
export const readBatch = (
  journal: Journal,
  chatId: ChatId,
  cursor: Revision,
): TE.TaskEither<ChatNotFound | ChatWentBack | Unavailable, BatchRead> =>
  pipe(
    journal.since(chatId, cursor, PAGE),
    TE.flatMapEither((reading): E.Either<ChatNotFound | ChatWentBack | Unavailable, BatchRead> =>
      reading.chat.revision < cursor
        ? E.left({ kind: 'ChatWentBack', chatId })
        : E.right({ batch: changesIn(cursor, reading), more: reading.more }),
    ),
  )
