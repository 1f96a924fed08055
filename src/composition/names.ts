import type { RequestListener } from 'node:http'
import type { ServiceIdentifier } from 'inversify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { FollowedChats } from '../application/following/followed-chats.ts'
import type { FollowedSignals } from '../application/following/signals/followed-signals.ts'
import type { FollowedInboxes } from '../application/following/inbox/followed-inboxes.ts'
import type { Authenticator } from '../application/ports/authenticator.ts'
import type { Bell } from '../application/ports/bell.ts'
import type { Chats } from '../application/ports/chats.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Health } from '../application/ports/health.ts'
import type { Journal } from '../application/ports/journal.ts'
import type { Load } from '../application/ports/load.ts'
import type { Entrance, EntranceSettings } from '../interfaces/http/callers/entrance.ts'
import type { Inboxes } from '../application/ports/inboxes.ts'
import type { Markers } from '../application/ports/markers.ts'
import type { Reactions } from '../application/ports/reactions.ts'
import type { Signals } from '../application/ports/signals.ts'
import type { Keys } from '../application/ports/keys.ts'
import type { Secrets } from '../application/ports/secrets.ts'
import type { Contract } from '../interfaces/http/endpoint/contract.ts'
import type { Endpoints } from '../interfaces/http/endpoint/endpoint.ts'
import type { EventStreams, StreamLimits } from '../interfaces/http/events/event-streams.ts'
import type { BackgroundFailures } from '../interfaces/http/server/background-failures.ts'
import type { RequestTraces } from '../interfaces/http/server/request-traces.ts'
import type { Exposition, IsDraining } from '../interfaces/http/service/probes.ts'

/** A name in the container that remembers the type bound to it, so wrong wiring does not compile. */
const named = <T>(description: string) => Symbol(description) as ServiceIdentifier<T>

export const names = {
  bell: named<Bell>('bell'),
  chats: named<Chats>('chats'),
  clock: named<Clock>('clock'),
  health: named<Health>('health'),
  journal: named<Journal>('journal'),
  /** Undefined of a storage that never has anything to do. */
  load: named<Load | undefined>('load'),
  markers: named<Markers>('markers'),
  inboxes: named<Inboxes>('inboxes'),
  reactions: named<Reactions>('reactions'),
  signals: named<Signals>('signals'),
  keys: named<Keys>('keys'),
  secrets: named<Secrets>('secrets'),

  /** What everything is served below; empty, mostly. */
  basePath: named<string>('basePath'),
  /** Undefined while nobody has to say who they are. */
  authenticator: named<Authenticator | undefined>('authenticator'),
  contract: named<Contract>('contract'),
  entranceSettings: named<EntranceSettings>('entranceSettings'),
  exposition: named<Exposition>('exposition'),
  failures: named<BackgroundFailures>('failures'),
  hasConsole: named<boolean>('hasConsole'),
  isDraining: named<IsDraining>('isDraining'),
  logger: named<Logger>('logger'),
  registry: named<Registry>('registry'),
  /** Undefined while nobody traces. */
  requestTraces: named<RequestTraces | undefined>('requestTraces'),
  streamLimits: named<StreamLimits>('streamLimits'),

  entrance: named<Entrance>('entrance'),
  followedChats: named<FollowedChats>('followedChats'),
  followedSignals: named<FollowedSignals>('followedSignals'),
  followedInboxes: named<FollowedInboxes>('followedInboxes'),
  streams: named<EventStreams>('streams'),
  /** Bound by every room that has endpoints, to its own. */
  roomEndpoints: named<Endpoints>('roomEndpoints'),
  /** Those of all rooms. */
  endpoints: named<Endpoints>('endpoints'),
  app: named<RequestListener>('app'),
}
