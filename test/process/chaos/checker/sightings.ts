import type { History } from './history.ts'

/** A text or title that somebody was shown. */
export interface Sighting {
  readonly chat: number
  /** Undefined for a title. */
  readonly message?: number | undefined
  /** Undefined for what was deleted. */
  readonly text?: string | undefined
  readonly revision?: number | undefined
  readonly by: string
}

/** Everything that anybody was shown: in answers, events and pages, in the end by the servers and in the tables. */
export const sightingsIn = ({ deeds, followers, pages, stored, servers }: History): readonly Sighting[] => [
  ...deeds.flatMap(({ act, chat, answered, by }): Sighting[] => {
    if (answered?.text === undefined) return []
    const { text, revision } = answered
    const where = { chat: answered.chat ?? chat, text, revision, by: `the answer to ${by}` }
    // A title that a chat was created with is not told of as a change.
    if (act === 'create') return [{ ...where, revision: undefined }]
    return [act === 'rename' ? where : { ...where, message: answered.message }]
  }),
  ...followers.flatMap(({ name, told }) =>
    told
      .filter(({ kind }) => kind === 'message' || kind === 'chat')
      .map(({ chat, message, text, revision }) => ({ chat, message, text, revision, by: name })),
  ),
  ...pages.flatMap(({ by, chat, entries }) => entries.map(({ message, text }) => ({ chat, message, text, by }))),
  ...stored.flatMap(({ id, title, renamedAt, messages, revisions }) => {
    const texts = new Map(messages.map(({ message, text }) => [message, text]))
    const rows = Array.from(revisions, ([message, revision]) => ({
      chat: id,
      message,
      text: texts.get(message),
      revision,
      by: 'the tables',
    }))
    return [...rows, { chat: id, text: title, revision: renamedAt || undefined, by: 'the tables' }]
  }),
  ...servers.flatMap((chats, server) =>
    chats.flatMap(({ id, title, messages }) => [
      { chat: id, text: title, by: `server ${server}` },
      ...messages.map(({ message, text }) => ({ chat: id, message, text, by: `server ${server}` })),
    ]),
  ),
]

export interface State {
  readonly message: number | undefined
  readonly text: string | undefined
  readonly by: string
}

/** What each revision of each chat is known to have made, and what contradicts itself. */
export const timelinesOf = (sightings: readonly Sighting[]) => {
  const timelines = new Map<number, Map<number, State>>()
  const contradictions: string[] = []
  for (const { chat, message, text, revision, by } of sightings) {
    if (revision === undefined) continue
    const timeline = timelines.get(chat) ?? new Map<number, State>()
    timelines.set(chat, timeline)
    const known = timeline.get(revision)
    if (!known) timeline.set(revision, { message, text, by })
    else if (known.message !== message || known.text !== text)
      contradictions.push(
        `chat ${chat}, revision ${revision}: ${JSON.stringify(known)} and ${JSON.stringify({ message, text, by })}`,
      )
  }
  return { timelines, contradictions }
}

/** What is known of one message: its revisions in order, each with the text it left, and where to find each text. */
export interface Life {
  readonly states: readonly { readonly revision: number; readonly text: string | undefined }[]
  readonly revisionOf: ReadonlyMap<string, number>
}

export const livesIn = (timeline: ReadonlyMap<number, State>): ReadonlyMap<number, Life> => {
  const lives = new Map<
    number,
    { states: { revision: number; text: string | undefined }[]; revisionOf: Map<string, number> }
  >()
  for (const [revision, { message, text }] of [...timeline].sort(([a], [b]) => a - b)) {
    if (message === undefined) continue
    const life = lives.get(message) ?? { states: [], revisionOf: new Map<string, number>() }
    lives.set(message, life)
    life.states.push({ revision, text })
    if (text !== undefined) life.revisionOf.set(text, revision)
  }
  return lives
}
