import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Message, Tombstone } from '../../src/domain/chat/message.ts'
import { conformance, type ConformanceOptions } from '../../src/conformance/index.ts'
import { createMessenger } from '../../src/testing/index.ts'
import { memoryStorage, served } from '../served.ts'

type Target = Pick<ConformanceOptions, 'baseUrl' | 'fetch'>

/** How the case of that title fails; undefined when it passes. `patience` is how long it waits for an event. */
export type FailureOf = (title: string, patience?: number) => Promise<string | undefined>

const failureAt =
  (target: Target): FailureOf =>
  async (wanted, patience = 30_000) => {
    const cases = new Map<string, () => Promise<void>>()
    conformance({ ...target, patience, describe: (_, add) => add(), it: (title, run) => cases.set(title, run) })
    const run = cases.get(wanted)
    if (!run) throw new Error(`there is no case "${wanted}"`)
    return run().then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    )
  }

/** What an adapter may get wrong. */
type Parts = Pick<
  ReturnType<typeof memoryStorage>,
  'chats' | 'inboxes' | 'journal' | 'markers' | 'reactions' | 'signals'
>

/** Over memory, with one thing that the adapter gets wrong. */
export const overAdapter = async (
  wrong: (parts: Parts) => Partial<Parts>,
  use: (failure: FailureOf) => Promise<void>,
) => {
  const storage = memoryStorage()
  const messenger = await served({ ...storage, ...wrong(storage) })
  await use(failureAt({ baseUrl: messenger.url })).finally(messenger.stop)
}

/** The chats, with what they answer of a message that a decision made changed. */
export const answering = (chats: Chats, change: (message: Message | Tombstone) => Message | Tombstone): Chats => ({
  ...chats,
  decide: (caller, ask, decision) =>
    pipe(
      chats.decide(caller, ask, decision),
      TE.map((outcome) => (outcome.message ? { ...outcome, message: change(outcome.message) } : outcome)),
    ),
})

/** In process, with what is sent or answered changed on its way. */
export const throughWire = async (
  wire: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch,
  use: (failure: FailureOf) => Promise<void>,
  baseUrl = '',
) => {
  const messenger = createMessenger()
  await use(failureAt({ baseUrl, fetch: wire(messenger.fetch) })).finally(messenger.close)
}

export type Fetch = typeof globalThis.fetch

/** Has requests of that kind asked by nobody in particular. */
export const asService =
  (which: RegExp) =>
  (fetch: Fetch): Fetch =>
  (input, init) => {
    if (!which.test(input as string)) return fetch(input, init)
    const headers = new Headers(init?.headers)
    headers.delete('on-behalf-of')
    return fetch(input, { ...init, headers })
  }
