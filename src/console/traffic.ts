import { curlOf } from './curl.ts'
import { type Store, storeOf } from './store.ts'

/** Something that went by: a request with how it ended, or an event. */
export type Passage =
  | {
      readonly kind: 'request'
      readonly id: number
      readonly method: string
      readonly target: string
      readonly curl: string
      /** Undefined while it is under way. */
      readonly outcome: string | undefined
      readonly isFailure: boolean
    }
  | { readonly kind: 'event'; readonly id: number; readonly type: string; readonly data: string }

/** How many are kept; the oldest go first. */
const KEPT = 200

/** What went by since the page was loaded, the latest first. */
export interface Traffic {
  readonly passages: Store<readonly Passage[]>
  /** A `fetch` whose requests are taken down. */
  readonly fetch: typeof globalThis.fetch
  readonly tell: (event: { readonly type: string }) => void
}

/** `isRefused` hears of every request whose credential was refused. */
export const trafficOn = (base: string, isRefused: () => void): Traffic => {
  const passages = storeOf<readonly Passage[]>([])
  let last = 0
  const add = (passage: Passage) => passages.change((others) => [passage, ...others.slice(0, KEPT - 1)])

  return {
    passages,
    fetch: async (input, init = {}) => {
      const id = ++last
      const url = input as string
      const target = url.replace(base, '/')
      const begun = performance.now()
      const end = (outcome: string, isFailure: boolean) =>
        passages.change((all) =>
          all.map((one) => (one.id === id && one.kind === 'request' ? { ...one, outcome, isFailure } : one)),
        )
      const method = init.method ?? 'GET'
      add({ kind: 'request', id, method, target, curl: curlOf(url, init), outcome: undefined, isFailure: false })
      try {
        const response = await fetch(input, init)
        end(`${response.status} · ${Math.round(performance.now() - begun)} ms`, !response.ok)
        if (response.status === 401) isRefused()
        return response
      } catch (error) {
        end(init.signal?.aborted ? '—' : '✕', !init.signal?.aborted)
        throw error
      }
    },
    tell: ({ type, ...data }) => add({ kind: 'event', id: ++last, type, data: JSON.stringify(data) }),
  }
}
