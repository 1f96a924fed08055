import type { RequestListener } from 'node:http'
import type { ServiceIdentifier } from 'inversify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { FollowedChats } from '../application/following/followed-chats.ts'
import type { Bell } from '../application/ports/bell.ts'
import type { Chats } from '../application/ports/chats.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Health } from '../application/ports/health.ts'
import type { Journal } from '../application/ports/journal.ts'
import type { Contract } from '../interfaces/http/endpoint/contract.ts'
import type { Endpoints } from '../interfaces/http/endpoint/endpoint.ts'
import type { EventStreams, StreamLimits } from '../interfaces/http/events/event-streams.ts'
import type { BackgroundFailures } from '../interfaces/http/server/background-failures.ts'
import type { Exposition, IsDraining } from '../interfaces/http/service/probes.ts'

/** A name in the container that remembers the type bound to it, so wrong wiring does not compile. */
const named = <T>(description: string) => Symbol(description) as ServiceIdentifier<T>

export const names = {
  bell: named<Bell>('bell'),
  chats: named<Chats>('chats'),
  clock: named<Clock>('clock'),
  health: named<Health>('health'),
  journal: named<Journal>('journal'),

  contract: named<Contract>('contract'),
  exposition: named<Exposition>('exposition'),
  failures: named<BackgroundFailures>('failures'),
  isDraining: named<IsDraining>('isDraining'),
  logger: named<Logger>('logger'),
  registry: named<Registry>('registry'),
  streamLimits: named<StreamLimits>('streamLimits'),

  followedChats: named<FollowedChats>('followedChats'),
  streams: named<EventStreams>('streams'),
  /** Bound by every room that has endpoints, to its own. */
  roomEndpoints: named<Endpoints>('roomEndpoints'),
  /** Those of all rooms. */
  endpoints: named<Endpoints>('endpoints'),
  app: named<RequestListener>('app'),
}
