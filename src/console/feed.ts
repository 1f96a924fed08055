import { isProblem, type Message, type Page } from '../client/index.ts'
import { newest, PAGE, withNewer, withOlder, withSent } from './message-window.ts'
import { type Outbox, outboxOf } from './outbox.ts'
import type { Standing } from './permissions.ts'
import type { Session } from './session.ts'
import { afterEvent, NOTHING_YET, type Sight, without } from './sight.ts'
import { type Store, storeOf } from './store.ts'

/** One chat, as it is read and followed. */
export interface Feed {
  readonly chatId: number
  readonly sight: Store<Sight>
  readonly outbox: Outbox
  /** Reads the chat if that was not done yet, and follows it from where it was left, until the signal aborts. */
  readonly follow: (signal: AbortSignal) => Promise<void>
  readonly older: () => Promise<void>
  readonly newer: () => Promise<void>
  readonly latest: () => Promise<void>
  /** Reacts so, or takes it back. */
  readonly react: (messageId: number, reaction: string) => Promise<void>
  readonly readMembers: () => Promise<void>
  /** Says up to where the user has read, once. */
  readonly markRead: () => void
}

/** While one is under way, another is not begun. */
const oneAtATime = (act: () => Promise<void>) => {
  let isBusy = false
  return async () => {
    if (isBusy) return
    isBusy = true
    await act().finally(() => (isBusy = false))
  }
}

export const feedOf = (session: Session, chatId: number): Feed => {
  const { client, user, traffic } = session
  const sight = storeOf(NOTHING_YET)
  const change = (changed: Partial<Sight>) => sight.change((now) => ({ ...now, ...changed }))
  let after: number | string | undefined
  let marked = 0

  const readOwn = async ({ entries }: Page<Message>) => {
    const ids = entries.filter(({ reactions }) => reactions.length > 0).map(({ id }) => id)
    if (user === undefined || ids.length === 0) return
    const bounds = { after: Math.min(...ids) - 1, before: Math.max(...ids) + 1, limit: 100 }
    const page = await client.listOwnReactions(chatId, user, bounds)
    const own = page.entries.map(({ message_id, reaction }) => `${message_id} ${reaction}`)
    sight.change((now) => ({ ...now, own: new Set([...now.own, ...own]) }))
  }

  const standing = async (): Promise<Standing> => {
    if (user === undefined) return 'service'
    try {
      const { role, read_message_id } = await client.getMember(chatId, user)
      marked = read_message_id ?? 0
      return role
    } catch (error) {
      if (isProblem(error, 'not-found')) return 'stranger'
      throw error
    }
  }

  const begin = async (signal: AbortSignal) => {
    const [chat, page] = await Promise.all([
      client.getChat(chatId, { limit: 1 }, { signal }),
      client.listMessages(chatId, { limit: PAGE }, { signal }),
    ])
    after = page.revision
    change({ chat, window: newest(page), standing: await standing() })
    await readOwn(page)
  }

  /** Reads more, and puts it to the window that there is then. */
  const reading = (
    read: (ids: readonly number[]) => Promise<Page<Message>>,
    put: (window: NonNullable<Sight['window']>, page: Page<Message>) => NonNullable<Sight['window']>,
  ) =>
    oneAtATime(async () => {
      const page = await read((sight.read().window?.messages ?? []).map(({ id }) => id))
      sight.change((now) => (now.window ? { ...now, window: put(now.window, page) } : now))
      await readOwn(page)
    })

  const follow = async (signal: AbortSignal) => {
    change({ failure: undefined })
    try {
      if (!sight.read().window) await begin(signal)
      const onConnection = (isConnected: boolean) => change({ isConnected })
      for await (const event of client.follow(chatId, { after, signal, onConnection })) {
        traffic.tell(event)
        after = event.position ?? after
        sight.change((now) => afterEvent(now, event, user, Date.now()))
      }
      if (!signal.aborted) change({ end: sight.read().end ?? 'gone' })
    } catch (failure) {
      if (signal.aborted) return
      change(isProblem(failure, 'not-found') ? { end: 'gone' } : { failure })
    }
  }

  const outbox = outboxOf(session, chatId, (message) =>
    sight.change((now) => (now.window ? { ...now, window: withSent(now.window, message) } : now)),
  )

  return {
    chatId,
    sight,
    outbox,
    follow,
    older: reading((ids) => client.listMessages(chatId, { before: ids[0], limit: PAGE }), withOlder),
    newer: reading((ids) => client.listMessages(chatId, { after: ids.at(-1), order: 'asc', limit: PAGE }), withNewer),
    latest: reading(
      () => client.listMessages(chatId, { limit: PAGE }),
      (window, page) => newest(page, window),
    ),
    react: async (messageId, reaction) => {
      const name = `${messageId} ${reaction}`
      const isOwn = sight.read().own.has(name)
      const set = (own: boolean) =>
        sight.change((now) => {
          const others = new Set(now.own)
          if (own) others.add(name)
          else others.delete(name)
          return { ...now, own: others }
        })
      set(!isOwn)
      try {
        await (isOwn ? client.removeReaction : client.addReaction)(chatId, messageId, reaction)
      } catch (error) {
        set(isOwn)
        throw error
      }
    },
    readMembers: oneAtATime(async () => {
      if (sight.read().members) return
      const members = []
      for (let page = await client.listMembers(chatId, { limit: 100 }); ;) {
        members.push(...page.entries)
        if (!page.next || members.length >= 1000) break
        page = await page.next()
      }
      change({ members: new Map(members.map((member) => [member.user_id, member])) })
    }),
    markRead: () => {
      const { window, standing: role } = sight.read()
      const last = window?.hasNewer ? undefined : window?.messages.at(-1)
      if (user === undefined || role === 'stranger' || last === undefined || last.id <= marked) return
      marked = last.id
      // Whoever sends has read that far.
      if (last.author === user) return
      client.moveReadMarker(chatId, user, { message_id: last.id, forward: true }).catch(() => (marked = 0))
    },
  }
}

/** Forgets who has stopped typing, at that time. */
export const forgetTyping = ({ sight }: Feed, now: number): void =>
  sight.change((seen) => {
    const over = Array.from(seen.typing).filter(([, until]) => until <= now)
    if (over.length === 0) return seen
    return { ...seen, typing: over.reduce((typing, [who]) => without(typing, who), seen.typing) }
  })
