import type { Pool } from 'pg'
import { type MessagePage, type MessageSelection, readsForwards } from '../../../application/ports/page.ts'
import type { Caller } from '../../../domain/caller.ts'
import type { Message } from '../../../domain/chat/message.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { Metadata } from '../../../domain/metadata.ts'
import { boundedMap } from '../database/bounded-map.ts'
import type { Parts } from '../database/parts.ts'
import { readingTogether } from './batches.ts'
import { type PageKind, readPages } from './page-statement.ts'
import { secondSight } from './second-sight.ts'

interface Asked {
  readonly caller: Caller
  readonly chatId: ChatId
  readonly selection: MessageSelection
}

interface CachedPage {
  readonly page: MessagePage
  /** When the database was asked for it, in milliseconds of `performance.now()`. */
  readonly since: number
  /** About what it holds in memory. */
  readonly bytes: number
}

export interface PageCacheSettings {
  /** What all cached pages together may hold. */
  readonly bytes: number
  /** How long one is cached. */
  readonly milliseconds: number
}

const DEFAULTS: PageCacheSettings = { bytes: 40_000_000, milliseconds: 60_000 }

const bytesOf = ({ text, metadata, reactions }: Message): number =>
  2 * text.length +
  600 +
  150 * reactions.length +
  (metadata === Metadata.NONE ? 0 : 4 * JSON.stringify(metadata).length)

const cachedPage = (page: MessagePage, since: number): CachedPage => {
  const bytes = page.entries.reduce((sum, message) => sum + bytesOf(message), 500)
  return { page, since, bytes }
}

const keyOf = (chatId: ChatId, selection: MessageSelection) =>
  `${chatId} ${selection.limit} ${selection.before ?? ''} ${selection.after ?? ''} ${readsForwards(selection)} ${selection.replyTo ?? ''}`

/**
 * Pages of messages, each with its chat as both were at one moment; undefined when there is no such chat for the caller.
 *
 * Every page is asked of the database, but a page of a chat that has the revision it had when the page was last read is
 * not read again, from its second sight on: each change of a chat or its messages takes a revision, so it is the same. Whoever changes messages by
 * hand without one is found out a minute later, and a database that was put back in place with its connections.
 */
export const postgresPages = (pool: Pool, { bytes, milliseconds }: PageCacheSettings = DEFAULTS, parts?: Parts) => {
  const cache = boundedMap<string, CachedPage>(bytes, ({ bytes }) => bytes)
  pool.on('remove', cache.clear)
  const wasSeen = secondSight()

  const readIn = (kind: PageKind) => async (asked: readonly Asked[]) => {
    const since = performance.now()
    const wanted = asked.map(({ caller, chatId, selection }) => {
      const key = keyOf(chatId, selection)
      const found = cache.get(key)
      const cached = found && since - found.since < milliseconds ? found : undefined
      return { caller, chatId, selection, key, cached, known: cached ? cached.page.chat.revision : (-1 as const) }
    })
    const found = await readPages(pool, wanted, kind)
    return wanted.map(({ key, cached }, place) => {
      const page = found[place]
      if (page === undefined) return undefined
      if (page === 'known') {
        cache.set(key, cached as CachedPage)
        return (cached as CachedPage).page
      }
      if (wasSeen(key) || cached) cache.set(key, cachedPage(page, since))
      return page
    })
  }

  const reading = (kind: PageKind) => readingTogether(pool, parts, readIn(kind))
  const reads = {
    all: { newest: reading({ forwards: false, of: 'all' }), oldest: reading({ forwards: true, of: 'all' }) },
    replies: {
      newest: reading({ forwards: false, of: 'replies' }),
      oldest: reading({ forwards: true, of: 'replies' }),
    },
  }
  return (caller: Caller, chatId: ChatId, selection: MessageSelection): Promise<MessagePage | undefined> => {
    const { newest, oldest } = reads[selection.replyTo === undefined ? 'all' : 'replies']
    return (readsForwards(selection) ? oldest : newest)({ caller, chatId, selection })
  }
}
