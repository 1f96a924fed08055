import type { Section } from '../section.ts'
import { sendsWithMetadata } from './metadata.ts'
import { reacting } from './reacting.ts'
import { reactedPages } from './reactions.ts'

/** What it costs that messages are more than text: metadata, and reactions written and read. */
export const more: Section = async (stage) => {
  const parts = []
  for (const part of [sendsWithMetadata, reactedPages, reacting]) parts.push(await part(stage))
  return { rows: parts.flatMap(({ rows }) => rows), notes: NOTES }
}

const NOTES = `## More than text

Never seen are pages out of more than a server keeps in mind. A reaction is always of somebody who has not reacted to the message
yet, so that each is a change: a write of the message, a row of the reaction, a revision. Beside it as many who send to the same
chat, each named for the first time as well. Where a chat is long among very many that are not, PostgreSQL expects one message in
it like in any other, and must look for it by its number all the same. The counts stand with the message, so a page does not look at who reacted.`
