import type { Layer } from './layer.ts'

const DOMAIN = 'src/domain'
const PORTS = 'src/application/ports'
const POSTGRES = 'src/infrastructure/postgres'
const HTTP = 'src/interfaces/http'

const USE_CASES = 'use cases know the domain and the ports, never an adapter and never the use cases of another room'

/** The arrows of the hexagon point inwards; adapters meet in the composition alone. */
export const layersOfSrc: readonly Layer[] = [
  {
    path: 'src/domain',
    may: 'fp-ts',
    because: 'the domain knows itself and fp-ts, and its first words know none of its rooms',
  },
  {
    path: 'src/domain/chat',
    may: 'src/domain/* fp-ts',
    because: 'the domain knows itself and fp-ts: no io-ts, no ORM, no Node, no other layer',
  },
  {
    path: 'src/domain/keys',
    may: 'src/domain/* fp-ts',
    because: 'what a key is has nothing to do with what is said in chats',
  },

  {
    path: 'src/application/ports',
    may: `${DOMAIN} fp-ts`,
    because: 'ports are promises in words of the domain; they know neither use cases nor adapters',
  },
  { path: 'src/application/chats', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },
  { path: 'src/application/members', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },
  { path: 'src/application/messages', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },
  { path: 'src/application/reactions', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },
  { path: 'src/application/reading', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },
  { path: 'src/application/following', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },
  { path: 'src/application/keys', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },
  { path: 'src/application/probes', may: `${PORTS} ${DOMAIN} fp-ts`, because: USE_CASES },

  {
    path: 'src/infrastructure/memory',
    may: `${PORTS} ${DOMAIN} fp-ts`,
    because: 'an adapter implements ports and never imports another adapter',
  },
  {
    path: 'src/infrastructure/crypto',
    may: `${PORTS} ${DOMAIN} node:crypto`,
    because: 'an adapter implements ports and never imports another adapter',
  },
  {
    path: 'src/infrastructure/postgres/*',
    may: `${POSTGRES}/database ${POSTGRES}/migrations ${POSTGRES}/sessions ${POSTGRES}/inboxes ${POSTGRES}/reads
          ${POSTGRES}/writes ${PORTS} ${DOMAIN} fp-ts pg node:`,
    because: 'one file a port, made of what the rooms below offer; an adapter never imports another adapter',
  },
  {
    path: 'src/infrastructure/postgres/database',
    may: `${POSTGRES}/sessions ${POSTGRES}/migrations/orm.ts
          ${PORTS} ${DOMAIN} fp-ts @mikro-orm/postgresql pg node:crypto node:timers/promises`,
    because: 'connections, tables and rows know nothing of what is read or written with them',
  },
  {
    path: 'src/infrastructure/postgres/sessions',
    may: 'pg node:',
    because: 'how a connection behaves has nothing to do with what goes over it',
  },
  {
    path: 'src/infrastructure/postgres/migrations',
    may: `${POSTGRES}/database ${POSTGRES}/sessions ${DOMAIN} @mikro-orm pg node:`,
    because: 'migrating needs nothing of what reads and writes, and the ORM is for migrating',
  },
  {
    path: 'src/infrastructure/postgres/distribution',
    may: `${POSTGRES}/database ${POSTGRES}/migrations ${POSTGRES}/reads/on-machines.ts
          ${POSTGRES}/writes/on-machines.ts pg`,
    because:
      'spreading tables is migrating; what a function on their machines says is up to those who read and write by it',
  },
  {
    path: 'src/infrastructure/postgres/reads',
    may: `${POSTGRES}/database ${PORTS} ${DOMAIN} fp-ts pg`,
    because: 'reading needs nothing of writing, nor of the ORM',
  },
  {
    path: 'src/infrastructure/postgres/inboxes',
    may: `${POSTGRES}/database ${PORTS} ${DOMAIN} fp-ts pg`,
    because: 'inboxes are read over many chats: they need nothing of writing, nor of what is read of one chat',
  },
  {
    path: 'src/infrastructure/postgres/writes',
    may: `${POSTGRES}/database ${PORTS} ${DOMAIN} fp-ts pg node:timers/promises`,
    because: 'writing needs nothing of reading',
  },
  {
    path: 'src/infrastructure/opentelemetry',
    may: '@opentelemetry node:async_hooks node:http node:timers/promises',
    because: 'what traces are made of and where they go has nothing to do with what is traced',
  },
  {
    path: 'src/infrastructure/auth',
    may: `${POSTGRES}/database/bounded-map.ts ${POSTGRES}/database/deadline.ts ${PORTS} ${DOMAIN} fp-ts jose node:`,
    because:
      'who holds a token has nothing to do with what is kept; a bounded map and a deadline know no database either',
  },
  {
    path: 'src/infrastructure/embedded-postgres',
    may: 'pg node:',
    because: 'the embedded server serves any database: it knows nothing of chats, nor of the adapters',
  },

  {
    path: 'src/interfaces/http/codecs',
    may: `${DOMAIN} fp-ts io-ts node:util`,
    because: "codecs are made of the domain's own constructors and of nothing else",
  },
  {
    path: 'src/interfaces/http/endpoint',
    may: `${HTTP}/codecs ${PORTS} src/application/following ${DOMAIN} fp-ts io-ts ajv helmet yaml node:`,
    because: 'what endpoints are made of knows no single endpoint',
  },
  {
    path: 'src/interfaces/http/chats',
    may: `${HTTP}/codecs ${HTTP}/endpoint
          src/application/chats src/application/messages ${PORTS} ${DOMAIN} fp-ts io-ts node:crypto`,
    because:
      'endpoints decode, call a use case and encode; they know neither the server nor the endpoints of other rooms',
  },
  {
    path: 'src/interfaces/http/members',
    may: `${HTTP}/codecs ${HTTP}/endpoint ${HTTP}/chats/views.ts
          src/application/members ${PORTS} ${DOMAIN} fp-ts io-ts`,
    because: 'a room of endpoints knows its own use cases, and how what they answer is shown',
  },
  {
    path: 'src/interfaces/http/reactions',
    may: `${HTTP}/codecs ${HTTP}/endpoint src/application/reactions ${PORTS} ${DOMAIN} fp-ts io-ts`,
    because: 'a room of endpoints knows its own use cases',
  },
  {
    path: 'src/interfaces/http/reading',
    may: `${HTTP}/codecs ${HTTP}/endpoint ${HTTP}/chats/view.ts ${HTTP}/chats/views.ts
          src/application/reading ${PORTS} ${DOMAIN} fp-ts io-ts`,
    because: 'a room of endpoints knows its own use cases, and how chats and messages are shown',
  },
  {
    path: 'src/interfaces/http/keys',
    may: `${HTTP}/codecs ${HTTP}/endpoint ${HTTP}/chats/view.ts src/application/keys ${PORTS} ${DOMAIN} fp-ts io-ts`,
    because: 'keys are shown as everything else is; endpoints know neither the server nor the endpoints of other rooms',
  },
  {
    path: 'src/interfaces/http/events',
    may: `${HTTP}/codecs ${HTTP}/endpoint ${HTTP}/chats/views.ts ${HTTP}/server/metrics.ts ${HTTP}/server/request-traces.ts
          ${PORTS} src/application/following ${DOMAIN} fp-ts io-ts prom-client node:http`,
    because: 'streams show messages as other endpoints do, are counted, and know nothing else outside their room',
  },
  ...['inbox-events', 'inbox-frames', 'inbox-metrics'].map((name) => ({
    path: `src/interfaces/http/reading/${name}.ts`,
    may: `${HTTP}/reading ${HTTP}/codecs ${HTTP}/endpoint ${HTTP}/events ${HTTP}/chats/views.ts
          src/application/following/inbox ${PORTS} fp-ts io-ts prom-client`,
    because: 'streams of inboxes are streams like others: what is sent on them is shown as inboxes are',
  })),
  {
    path: 'src/interfaces/http/callers',
    may: `${HTTP}/endpoint ${PORTS} ${DOMAIN} fp-ts rate-limiter-flexible node:`,
    because: 'who is let in is decided by the head of a request and its operation: what endpoints do with it is theirs',
  },
  {
    path: 'src/interfaces/http/service',
    may: `${HTTP}/endpoint src/application/probes fp-ts io-ts prom-client swagger-ui-express node:`,
    because: 'probes and documentation know nothing of chats',
  },
  {
    path: 'src/interfaces/http/connections',
    may: `${HTTP}/endpoint node:`,
    because: 'when a connection is read, written and cut has nothing to do with what is asked on it',
  },
  {
    path: 'src/interfaces/http/server',
    may: `${HTTP}/callers ${HTTP}/connections ${HTTP}/endpoint ${PORTS} fp-ts express pino prom-client node:`,
    because: 'the server is given its endpoints and knows none of them',
  },

  {
    path: 'src/interfaces/cli',
    may: `${HTTP}/keys/views.ts src/application/keys ${PORTS} ${DOMAIN} fp-ts node:util`,
    because: 'a command calls use cases as an endpoint does, and shows what they give as HTTP does',
  },

  {
    path: 'src/composition',
    may: `src/application ${HTTP} src/infrastructure/memory src/infrastructure/crypto inversify pino prom-client node:http`,
    because: 'it is published with the messenger for tests, which has no database: PostgreSQL comes in as a Storage',
  },
  {
    path: 'src/container.ts',
    may: 'src/composition inversify reflect-metadata',
    because: 'the container loads the modules of the composition and does nothing else',
  },
  {
    path: 'src/storage.ts',
    may: `src/composition src/config.ts src/infrastructure ${PORTS} node:path`,
    because: 'it chooses among the storages, and knows neither use cases nor HTTP',
  },
  {
    path: 'src/authentication.ts',
    may: `src/config.ts src/application/keys src/infrastructure/auth src/infrastructure/crypto ${PORTS}`,
    because: 'it chooses how callers are told apart, and knows neither storages nor HTTP',
  },
  {
    path: 'src/tracing.ts',
    may: `src/config.ts src/config src/infrastructure/opentelemetry ${POSTGRES}/database/statement-traces.ts
          ${HTTP}/server/request-traces.ts pino`,
    because: 'it chooses whether anybody traces: neither side of the hexagon knows who does',
  },
  {
    path: 'src/messenger.ts',
    may: `src/authentication.ts src/composition src/config.ts src/container.ts src/listening.ts src/tracing.ts ${HTTP}/endpoint ${HTTP}/server
          ${HTTP}/service/probes.ts ${PORTS} pino prom-client node:`,
    because: 'a messenger serves whatever storage it is given',
  },
  {
    path: 'src/workers',
    may: `src/config.ts src/engine.ts src/log-output.ts src/messenger.ts src/service-log.ts src/start-failure.ts src/storage.ts
          src/tracing.ts ${HTTP}/server ${HTTP}/service/probes.ts pino prom-client node:`,
    because: 'how processes share one service has nothing to do with what they serve',
  },
  {
    path: 'src/config.ts',
    may: 'src/config fp-ts io-ts',
    because: 'the environment is decoded before anything starts',
  },
  {
    path: 'src/config',
    may: 'src/infrastructure/auth/public-keys.ts src/infrastructure/opentelemetry/sampler-names.ts fp-ts io-ts node:fs node:os',
    because: 'the environment is decoded before anything starts; a file of keys must hold one that will do',
  },
  {
    path: 'src/keys.ts',
    may: 'src/config.ts src/start-failure.ts src/storage.ts src/interfaces/cli src/infrastructure/crypto fp-ts',
    because: 'a command is put together where it is started: it needs neither the container nor HTTP',
  },
  {
    path: 'src/*',
    may: `src/config.ts src/messenger.ts src/storage.ts src/tracing.ts src/workers ${POSTGRES}/database ${POSTGRES}/migrations/orm.ts
          ${HTTP}/server/background-failures.ts fp-ts pino pino-pretty node:`,
    because: 'what is started by its name stays short: it reads the configuration, opens the storage, serves',
  },

  {
    path: 'src/console',
    may: 'src/client preact htm',
    because: 'the console runs in browsers: it knows the service by its client alone, and needs no build',
  },
  { path: 'src/client', may: '', because: 'the client runs in browsers: it imports nothing but itself' },
  {
    path: 'src/conformance',
    may: 'src/client node:',
    because: 'the suite judges any server by its answers: it knows the client and nothing of the service',
  },
  {
    path: 'src/testing',
    may: `src/client src/composition src/container.ts ${HTTP} ${PORTS} ${DOMAIN}
          src/application/chats/create-chat.ts src/application/keys/create-key.ts src/application/members/put-member.ts
          src/application/messages/send-message.ts src/application/reading/move-read-marker.ts
          src/infrastructure/crypto src/infrastructure/auth/claims.ts src/infrastructure/auth/token-parts.ts
          fp-ts io-ts express pino node:`,
    because:
      'the messenger for tests runs on Node 20, without PostgreSQL and what it takes; it reads tokens, makes keys and is filled by the rules of the service',
  },
]
