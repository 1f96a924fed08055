import type { Authenticator } from '../../../application/ports/authenticator.ts'
import { type Gate, gate } from './gate.ts'
import { type HostCheck, hostCheck } from './hosts.ts'
import { type Origins, originsOf } from './origins.ts'
import { writeLimit } from './write-limit.ts'

/** Who is let in, under which names of the server, and from pages of which origins. */
export interface Entrance {
  readonly gate: Gate
  readonly misdirected: HostCheck | undefined
  readonly origins: Origins | undefined
}

export interface EntranceSettings {
  /** Names that the server goes by while everybody is let in; undefined for any. */
  readonly hosts?: readonly string[] | undefined
  /** Origins whose pages may read answers, or `*`. */
  readonly origins?: readonly string[] | undefined
  /** Writes a second of each user. */
  readonly rateLimit?: number | undefined
}

export const entranceOf = (
  authenticator: Authenticator | undefined,
  { hosts, origins = [], rateLimit }: EntranceSettings,
): Entrance => ({
  gate: gate(authenticator, rateLimit === undefined ? undefined : writeLimit(rateLimit)),
  misdirected: authenticator || !hosts ? undefined : hostCheck(hosts),
  origins: origins.length === 0 ? undefined : originsOf(origins),
})
