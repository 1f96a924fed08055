import type { History } from './history.ts'
import type { Life } from './sightings.ts'

/** Edits and deletions that were made although somebody had changed the message since it had the tag they named. */
export function* unconditional(
  { deeds, stored }: History,
  lives: (chat: number) => ReadonlyMap<number, Life>,
): Generator<string> {
  const chats = new Map(stored.map((chat) => [chat.id, chat]))
  for (const { act, by, chat, message, ifMatch, outcome, answered } of deeds) {
    if (message === undefined || ifMatch === undefined || outcome !== 'done') continue
    // Nothing comes after a deletion: the last revision is its own.
    const made = act === 'delete' ? chats.get(chat)?.revisions.get(message) : answered?.revision
    const between = lives(chat)
      .get(message)
      ?.states.find(({ revision }) => revision > ifMatch && revision < (made ?? 0))
    if (between)
      yield `${act} by ${by} of message ${message} of chat ${chat} at revision ${ifMatch} was made, which was at ${between.revision}`
  }
}
