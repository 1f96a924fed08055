import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { ProtocolFailure } from '../endpoint/failure.ts'

/** Why a request is not answered under the name that its `Host` gives the server. */
export type HostCheck = (req: IncomingMessage) => ProtocolFailure | undefined

/** The name or the address, without a port and the brackets of IPv6. */
const nameIn = (host: string): string =>
  (host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '')).toLowerCase()

/**
 * Answers to addresses, to names without a dot, which no public server has, and to the names that are allowed. A page of
 * another site may let its own name lead here (DNS rebinding): to its browser that is the same origin, and where nobody has
 * to say who they are the name is all that tells its requests from others.
 */
export const hostCheck = (allowed: readonly string[]): HostCheck => {
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  /** The last one that will do: most requests come under one name. */
  let good = ''
  return ({ headers: { host = '' } }) => {
    if (host === good) return undefined
    const name = nameIn(host)
    if (name.includes('.') && isIP(name) === 0 && !names.has(name)) return { kind: 'Misdirected', host }
    good = host
    return undefined
  }
}
