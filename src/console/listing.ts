import { useCallback, useEffect, useState } from 'preact/hooks'
import { type Chat, foldInbox, type InboxEntry, type Page } from '../client/index.ts'
import type { Session } from './session.ts'

/** A line of the list of chats. A service has no inbox: to it nothing is unread. */
export interface Line {
  readonly chat: Chat
  readonly unread: number
  readonly last: { readonly author: string | null; readonly text: string; readonly created_at: string } | undefined
}

export interface Listing {
  /** Undefined while they are read for the first time. */
  readonly lines: readonly Line[] | undefined
  readonly isConnected: boolean | undefined
  readonly failure: unknown
  readonly more: (() => void) | undefined
  readonly refresh: () => void
}

const lineOf = ({ chat, unread, last_message }: InboxEntry): Line => ({ chat, unread, last: last_message ?? undefined })

/** What is there at first, and the pages after it. */
const usePages = <A>() => {
  const [entries, setEntries] = useState<readonly A[]>()
  const [next, setNext] = useState<Page<A>['next']>()
  const begin = (page: Page<A>) => {
    setEntries(page.entries)
    setNext(() => page.next)
  }
  const more = (isNew: (entry: A, all: readonly A[]) => boolean) =>
    next?.().then((page) => {
      setEntries((all = []) => [...all, ...page.entries.filter((entry) => isNew(entry, all))])
      setNext(() => page.next)
    })
  return { entries, setEntries, begin, more, hasMore: next !== undefined }
}

/** The user's inbox as it is now, or all chats that a service may see as they were when it asked. */
export const useListing = ({ client, user, traffic }: Session): Listing => {
  const inbox = usePages<InboxEntry>()
  const chats = usePages<Chat>()
  const [isConnected, onConnection] = useState<boolean>()
  const [failure, setFailure] = useState<unknown>()
  const [asked, ask] = useState(0)
  const refresh = useCallback(() => ask((times) => times + 1), [])

  useEffect(() => {
    const abort = new AbortController()
    const { signal } = abort
    const follow = async (userId: string) => {
      const page = await client.getInbox(userId, { limit: 50 }, { signal })
      inbox.begin(page)
      for await (const event of client.followInbox(userId, { after: page.position, signal, onConnection })) {
        traffic.tell(event)
        inbox.setEntries((entries = []) => foldInbox(entries, event))
      }
    }
    const read = async () =>
      user === undefined ? chats.begin(await client.listChats({ limit: 50 }, { signal })) : follow(user)
    setFailure(undefined)
    read().catch((error: unknown) => signal.aborted || setFailure(error))
    return () => abort.abort()
  }, [client, user, asked])

  const isOther = (one: Chat) => (other: Chat) => other.id !== one.id
  if (user === undefined)
    return {
      lines: chats.entries?.map((chat) => ({ chat, unread: 0, last: undefined })),
      isConnected: undefined,
      failure,
      more: chats.hasMore
        ? () => void chats.more((chat, all) => all.every(isOther(chat)))?.catch(setFailure)
        : undefined,
      refresh,
    }
  return {
    lines: inbox.entries?.map(lineOf),
    isConnected,
    failure,
    more: inbox.hasMore
      ? () => void inbox.more(({ chat }, all) => all.map((entry) => entry.chat).every(isOther(chat)))?.catch(setFailure)
      : undefined,
    refresh,
  }
}
