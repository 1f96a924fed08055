import type { InboxEntry } from '../../../client/schemas.ts'
import type { EventReader } from '../../event-reader.ts'
import { expectSame } from '../../expectations.ts'
import { numberOf } from '../../service.ts'

interface Told {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

/** Reads on to the event that is due: an entry may be told that is as it was. */
export const due = async (stream: EventReader, what: string, isDue: (told: Told) => boolean): Promise<Told> => {
  let last: Told | undefined
  for (;;) {
    const told = await stream.event().catch((error: unknown) => {
      throw new Error(`${what}: ${(error as Error).message}; the last was ${JSON.stringify(last)}`)
    })
    if (isDue(told)) return told
    expectSame(`${what}: what else was told`, told.event, 'entry')
    last = told
  }
}

/** Whether it is the chat's entry, and like that. */
export const entryOf = (chat: string, isSo: (entry: InboxEntry) => boolean) => (told: Told) => {
  const entry = told.data as InboxEntry
  return told.event === 'entry' && entry.chat.id === numberOf(chat) && isSo(entry)
}
/** Whether it says that the chat is in the inbox no more. */
export const removalOf = (chat: string) => (told: Told) =>
  told.event === 'entry_removed' && (told.data as { chat_id: number }).chat_id === numberOf(chat)
