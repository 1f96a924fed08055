import type { Section } from '../section.ts'
import { followedInboxes } from './followers.ts'
import { movedMarkers } from './markers.ts'
import { inboxPages } from './pages.ts'
import { readingSends } from './sends.ts'
import { unreadCounts } from './unread.ts'

/** What it costs to know what was read: pages of inboxes, counts, markers, sends that move them, and streams of inboxes. */
export const inbox: Section = async (stage) => {
  const parts = []
  for (const part of [inboxPages, unreadCounts, movedMarkers, readingSends, followedInboxes])
    parts.push(await part(stage))
  return { rows: parts.flatMap(({ rows }) => rows), notes: parts.flatMap(({ notes }) => notes ?? []).join('\n\n') }
}
