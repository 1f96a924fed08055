import type { ProxyName } from './programs.ts'
import type { Change } from './proxy.ts'
import { recipesOf } from './recipes.ts'

/** What is known of a proxy, and of its recipe. */
export interface Case {
  readonly name: ProxyName
  /** Cases of the contract that the proxy answers by itself, before the service hears of the request. */
  readonly itself: readonly string[]
  /** How long the proxy waits for a stream to go on, in seconds; undefined: for ever. */
  readonly wait: RegExp | undefined
  /** How long the proxy keeps a connection to the service that nobody uses, in seconds. */
  readonly idle: RegExp | undefined
  readonly compressing: Change
  /** What the service's ETag is to a client then, and what comes of it as If-Match. */
  readonly compressed: readonly [tag: RegExp, ifMatch: number]
}

const BAD_ESCAPE = 'answers 400 malformed-request to a bad escape in the path'

export const cases: readonly Case[] = [
  {
    name: 'nginx',
    itself: [BAD_ESCAPE, 'keeps reactions as they are written, and answers 422 to what is none'],
    wait: /proxy_read_timeout (\d+)s;/,
    idle: /\n +keepalive_timeout (\d+)s;/,
    compressing: ['gzip off;', 'gzip on; gzip_types application/json text/event-stream; gzip_min_length 0;'],
    compressed: [/^W\/"\d+"$/, 412],
  },
  {
    name: 'haproxy',
    itself: [],
    wait: /timeout server (\d+)s/,
    // Its pool of idle connections is purged every 5 seconds.
    idle: undefined,
    compressing: [
      '  option httpchk',
      '  compression algo gzip\n  compression type application/json text/event-stream\n  option httpchk',
    ],
    compressed: [/^W\/"\d+"$/, 412],
  },
  {
    name: 'caddy',
    itself: [BAD_ESCAPE],
    wait: undefined,
    idle: /keepalive (\d+)s/,
    compressing: ['\t@messenger path', `${recipesOf('Behind a proxy').at(-1)?.text ?? ''}\t@messenger path`],
    compressed: [/^"\d+"$/, 200],
  },
]
