/** An event of the stream of an inbox, as far as it matters here. */
export interface Told {
  readonly event: string
  readonly data: object
  /** Of the chat in an entry, where whoever asks knows it: over HTTP nobody does. */
  readonly revision?: number | undefined
}

interface Entry {
  readonly chat: { readonly id: number; readonly lastMessageId?: number; readonly last_message_id?: number }
}

/**
 * The inbox as a client keeps it by what streams tell, over all of its connections: entries by chat. Notes what no stream may
 * do: tell an entry that is older than one that came before it.
 */
export const inboxFold = () => {
  const entries = new Map<number, Entry>()
  const newest = new Map<number, { readonly revision: number; readonly last: number }>()
  const violations: string[] = []

  const takeEntry = (entry: Entry, revision: number) => {
    const { id, lastMessageId, last_message_id: last = lastMessageId ?? 0 } = entry.chat
    const before = newest.get(id)
    if (before && (revision < before.revision || last < before.last))
      violations.push(`chat ${id} went back from ${JSON.stringify(before)} to ${JSON.stringify({ revision, last })}`)
    newest.set(id, { revision, last })
    entries.set(id, entry)
  }

  return {
    entries,
    violations,
    take: ({ event, data, revision = 0 }: Told): void => {
      if (event === 'entry') takeEntry(data as Entry, revision)
      else if (event === 'entry_removed') entries.delete((data as { readonly chat_id: number }).chat_id)
      else if (event === 'chats') {
        const present = new Set((data as { readonly chat_ids: readonly number[] }).chat_ids)
        for (const id of entries.keys()) if (!present.has(id)) entries.delete(id)
      }
    },
  }
}

export type InboxFold = ReturnType<typeof inboxFold>
