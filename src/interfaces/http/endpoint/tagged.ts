import { tagOfContent } from './etags.ts'
import { linkHeader } from './paging.ts'
import { json, type Reply } from './reply.ts'

/** What has no revision that it shows: its tag is made of what it says. */
export const tagged = (body: unknown, links: readonly string[] = []): Reply =>
  json(200, body, { ...linkHeader(links), ETag: tagOfContent(body) })
