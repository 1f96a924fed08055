import type { Message } from '../client/index.ts'

/** A message on its way. Its key names the intention: sent again with it, it is done once. */
export interface Letter {
  readonly key: string
  readonly text: string
  readonly replyTo: number | undefined
  /** The last message that was there when it was written. */
  readonly after: number
  readonly state: 'sending' | 'failed'
  /** Why it failed; undefined when nobody said. */
  readonly why: string | undefined
}

/** That message is another letter's. */
export const laterThan = (letter: Letter, { id, text }: Message): Letter =>
  letter.text.trim() === text ? { ...letter, after: Math.max(letter.after, id) } : letter

/** Messages as far as they tell whether a letter has arrived. */
type Arrived = readonly { readonly id: number; readonly author: string | null; readonly text?: string }[]

/**
 * The letters that are not in the chat yet: an event may tell of one before its answer comes, or in place of it. Each message is
 * one letter's, for the same may be said twice.
 */
export const notArrived = (
  letters: readonly Letter[],
  messages: Arrived,
  user: string | undefined,
): readonly Letter[] => {
  const taken = new Set<number>()
  return letters.filter(({ text, after }) => {
    const own = messages.find(
      ({ id, author, text: there }) =>
        id > after && !taken.has(id) && author === (user ?? null) && there === text.trim(),
    )
    if (own) taken.add(own.id)
    return !own
  })
}
