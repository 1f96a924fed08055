import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { followInbox } from '../../../../src/application/following/inbox/follow-inbox.ts'
import { followedInboxes } from '../../../../src/application/following/inbox/followed-inboxes.ts'
import { ringAfterChange } from '../../../../src/application/following/ring-after-change.ts'
import type { Unavailable } from '../../../../src/application/ports/failures.ts'
import type { InboxAddress, Inboxes } from '../../../../src/application/ports/inboxes.ts'
import type { Signal } from '../../../../src/application/ports/signals.ts'
import { ANYBODY, type UserId } from '../../../../src/domain/caller.ts'
import { moveMarker } from '../../../../src/domain/chat/reading.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { memoryChats } from '../../../../src/infrastructure/memory/chats.ts'
import { memoryInboxes } from '../../../../src/infrastructure/memory/inboxes.ts'
import { memoryMarkers } from '../../../../src/infrastructure/memory/markers.ts'
import { memoryStore } from '../../../../src/infrastructure/memory/store.ts'
import { acting } from '../../../acting.ts'
import { aPosition, right } from '../../../fixtures.ts'
import { aFakeBell, settled } from '../fakes.ts'

export type Question = keyof Inboxes

/** The real inboxes, which say what was asked of them, have the troubles they are given, and hold answers back. */
export const aFakeInboxes = (real: Inboxes) => {
  const fake = {
    asked: [] as { readonly what: Question; readonly given: readonly unknown[] }[],
    /** What becomes of questions from now on, of this kind. */
    trouble: undefined as { readonly what: Question; readonly kind: 'unavailable' | 'defect' } | undefined,
    /** Chats whose entries cannot be read, nor those that are asked for together with them. */
    unreadable: new Set<ChatId>(),
    /** Answers to these were read, and wait to be let go, in the order in which they were asked. */
    holds: new Set<Question>(),
    held: [] as { readonly what: Question; readonly go: () => void }[],
    /** Entries of more than one address are read in two parts, and this happens between them. */
    between: undefined as (() => Promise<unknown>) | undefined,
    /** How much more than what changed since a moment is said to have. */
    margin: 0,
    /** Awaited before and after each reading. */
    delay: (): Promise<void> | undefined => undefined,
    count: (what: Question) => fake.asked.filter((one) => one.what === what).length,
    letGo: async () => {
      fake.holds.clear()
      for (const { go } of fake.held.splice(0)) go()
      await settled()
    },
  }
  const inTwoParts = async (addresses: readonly InboxAddress[], between: () => Promise<unknown>) => {
    const { news, moment } = right(await real.entries(addresses.slice(0, 1))())
    await between()
    const others = right(await real.entries(addresses.slice(1))())
    return E.right({ news: [...news, ...others.news], moment })
  }
  const asking =
    (what: Question) =>
    (...given: readonly unknown[]): TE.TaskEither<Unavailable, unknown> =>
    async () => {
      fake.asked.push({ what, given })
      if (fake.trouble?.what === what) {
        if (fake.trouble.kind === 'defect') throw new TypeError('a defect')
        return E.left({ kind: 'Unavailable', cause: 'a test' })
      }
      if (what === 'entries' && (given[0] as readonly InboxAddress[]).some(({ chatId }) => fake.unreadable.has(chatId)))
        return E.left({ kind: 'Unavailable', cause: 'it takes too long' })
      await fake.delay()
      if (what === 'entries' && fake.between) return inTwoParts(given[0] as readonly InboxAddress[], fake.between)
      const ask = real[what] as (...given: readonly unknown[]) => TE.TaskEither<Unavailable, unknown>
      const widened = what === 'since' ? [given[0], Number(given[1]) - fake.margin] : given
      const answer = await ask(...widened)()
      await fake.delay()
      if (fake.holds.has(what)) await new Promise<void>((go) => fake.held.push({ what, go }))
      return answer
    }
  const names = Object.keys(real) as readonly Question[]
  const inboxes = Object.fromEntries(names.map((name) => [name, asking(name)])) as unknown as Inboxes
  return Object.assign(fake, { inboxes })
}

const aFakeSignals = () => {
  const listeners = new Set<(signal: Signal) => void>()
  const signals = {
    isDeaf: false,
    listeners,
    send: (signal: Signal) => {
      if (!signals.isDeaf) for (const hear of listeners) hear(signal)
    },
    listen: (hear: (signal: Signal) => void) => {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
  return signals
}

/** What a server follows inboxes with, all of it in the hands of the test. */
export const aServer = (store = memoryStore(), bell = aFakeBell(), signals = aFakeSignals()) => {
  const fake = aFakeInboxes(memoryInboxes(store))
  const failures: string[] = []
  const onFailure = (work: string, failure: unknown) => void failures.push(`${work}: ${String(failure)}`)
  const poll = { look: () => {}, isStopped: false }
  const rest = { isOver: () => {}, isResting: false }
  const followed = followedInboxes(fake.inboxes, bell, signals, {
    poll: (look) => {
      poll.look = look
      return () => void (poll.isStopped = true)
    },
    rest: (go) => {
      Object.assign(rest, { isResting: true })
      rest.isOver = () => {
        if (!rest.isResting) return
        rest.isResting = false
        go()
      }
      return () => void (rest.isResting = false)
    },
    onFailure,
  })
  const markers = memoryMarkers(store)
  return {
    fake,
    store,
    bell,
    signals,
    poll,
    rest,
    failures,
    followed,
    real: memoryInboxes(store),
    follow: followInbox(fake.inboxes, followed),
    act: acting(ringAfterChange(memoryChats(store), bell)),
    mark: async (chatId: ChatId, userId: UserId, messageId: number) => {
      const move = moveMarker(ANYBODY, { userId, messageId: aPosition(messageId), forward: false })
      const { reading, moved } = right(await markers.decide(ANYBODY, { chatId, userId }, move)())
      if (moved) signals.send({ kind: 'read', chatId, userId, readMessageId: reading.readMessageId })
    },
    /** Until all rounds that were asked for are over, and no rest is left. */
    quiet: async () => {
      await settled()
      while (rest.isResting) {
        rest.isOver()
        await settled()
      }
    },
  }
}

export type Server = ReturnType<typeof aServer>
