import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Pool } from 'pg'
import type { Unavailable } from '../../application/ports/failures.ts'
import { BEGINNING_OF_TIME, type Inboxes } from '../../application/ports/inboxes.ts'
import { chunksOf } from './database/chunks.ts'
import { inTime } from './database/deadline.ts'
import { retry } from './database/retry.ts'
import type { Parts } from './database/parts.ts'
import { eachInTime } from './inboxes/each-in-time.ts'
import { readEntries } from './inboxes/entries-statement.ts'
import { findHeads, findMarkers, findMembersAmong } from './inboxes/look-ups.ts'
import { readPage } from './inboxes/page-statement.ts'
import { readSince, readUnread } from './inboxes/totals.ts'

/** Entries that one statement reads: at some microseconds each it ends long before its time is up. */
const ENTRIES = 5000

/** Chats of these: each may bring 28 KB, its last message and what the application keeps with both. */
const ENTRY_CHATS = 1000

/** Chats whose heads one statement reads. */
const HEADS = 1000

/** Chats and users in which one statement looks for members: also where it looks each pair up, on a busy machine, it ends in time. */
const [CHATS, USERS] = [20, 1000]

/** Users whose markers one statement reads, each in all of its chats: where these are 10,000, a quarter of a million. */
const READERS = 25

const once = <A>(ask: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  inTime(retry(async () => E.right(await ask())))

/** Whatever is asked for in one statement is so at one moment. */
export const postgresInboxes = (pool: Pool, parts?: Parts): Inboxes => ({
  page: (userId, selection) => once(() => readPage(pool, userId, selection)),

  unread: (userId) => once(() => readUnread(pool, userId)),

  since: (userId, moment) => once(() => readSince(pool, userId, moment)),

  entries: (addresses) => {
    // By chat, which then stands in as few statements as there is room for those who are asked for in it.
    const byChat = [...Map.groupBy(addresses, ({ chatId }) => chatId).values()]
    const chunks = chunksOf(byChat, ENTRY_CHATS).flatMap((chats) => chunksOf(chats.flat(), ENTRIES))
    return pipe(
      eachInTime(chunks, (asked) => readEntries(pool, asked, parts)),
      TE.map((parts) => ({
        news: parts.flatMap(({ news }) => news),
        moment: parts[0]?.moment ?? BEGINNING_OF_TIME,
      })),
    )
  },

  heads: (chatIds) =>
    pipe(
      eachInTime(chunksOf(chatIds, HEADS), (ids) => findHeads(pool, { ids })),
      TE.map((parts) => new Map(parts.flat())),
    ),

  membersAmong: (chatIds, userIds) => {
    const chunks = chunksOf(userIds, USERS).flatMap((users) =>
      chunksOf(chatIds, CHATS).map((chats) => ({ chatIds: chats, userIds: users })),
    )
    return pipe(
      eachInTime(chunks, (chunk) => findMembersAmong(pool, chunk)),
      TE.map((parts) => parts.flat()),
    )
  },

  markersOf: (userIds) =>
    pipe(
      eachInTime(chunksOf(userIds, READERS), (chunk) => findMarkers(pool, { userIds: chunk })),
      TE.map((parts) => parts.flat()),
    ),
})
