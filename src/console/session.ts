import { type Client, createClient, type Patience } from '../client/index.ts'
import type { Letter } from './letter.ts'
import { type Store, storeOf } from './store.ts'
import { type Traffic, trafficOn } from './traffic.ts'

/** As whom to act: a user, or a service when there is none. The token or key, where one is needed. */
export interface Acting {
  readonly user: string | undefined
  readonly token: string | undefined
}

/** Somebody at work. */
export interface Session extends Acting {
  readonly client: Client
  readonly traffic: Traffic
  /** Whether the service refuses the token: everything waits for another one. */
  readonly isRefused: Store<boolean>
  readonly renew: (token: string) => void
  /** What was typed and not sent yet, by chat. */
  readonly drafts: Map<number, string>
  /** What was sent and has not arrived yet, by chat: it is on its way whichever chat is looked at. */
  readonly letters: Map<number, Store<readonly Letter[]>>
}

/** Whose token it is; undefined for a key. Nothing is verified: that is what the service does. */
export const subjectOf = (token: string): string | undefined => {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? []
  if (payload === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly sub?: string }
    return sub
  } catch {
    return undefined
  }
}

/** Where the service is: the page stands at its root. */
const base = () => new URL('.', document.baseURI).href

/** Lets the time pass, unless the network comes back before. */
const waitForNetwork: Patience['wait'] = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const timer = setTimeout(end, milliseconds)
    addEventListener('online', end)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })

export const sessionOf = ({ user, token }: Acting): Session => {
  const isRefused = storeOf(false)
  const traffic = trafficOn(base(), () => isRefused.change(() => token !== undefined))
  let held = token
  let renewal = Promise.withResolvers<string>()
  const source = () => (isRefused.read() ? renewal.promise : (held ?? ''))

  const client = createClient({
    baseUrl: base(),
    fetch: traffic.fetch,
    wait: waitForNetwork,
    ...(token !== undefined && { token: source }),
  })
  return {
    user,
    token,
    client: user === undefined || (token !== undefined && subjectOf(token) !== undefined) ? client : client.as(user),
    traffic,
    isRefused,
    drafts: new Map(),
    letters: new Map(),
    renew: (next) => {
      held = next
      isRefused.change(() => false)
      renewal.resolve(next)
      renewal = Promise.withResolvers()
    },
  }
}

const KEY = 'acting'

/** Kept until the tab is closed, and never in an address. */
export const recalled = (): Acting | undefined => {
  const kept = sessionStorage.getItem(KEY)
  return kept === null ? undefined : (JSON.parse(kept) as Acting)
}

export const recall = (acting: Acting | undefined): void =>
  acting ? sessionStorage.setItem(KEY, JSON.stringify(acting)) : sessionStorage.removeItem(KEY)
