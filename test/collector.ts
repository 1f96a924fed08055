import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Value = string | number | boolean

/** A span as a collector shows it. */
export interface Collected {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  /** Nanoseconds since 1970. */
  readonly began: bigint
  readonly ended: bigint
  readonly attributes: Readonly<Record<string, Value>>
  /** Ids of the spans that it links to. */
  readonly links: readonly string[]
  readonly isError: boolean
  /** Of the process that it is from. */
  readonly resource: Readonly<Record<string, Value>>
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly boolValue?: boolean }
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
        readonly attributes: readonly Attribute[]
        readonly links?: readonly { readonly spanId: string }[]
        readonly status: { readonly code: number }
      }[]
    }[]
  }[]
}

const ERROR = 2

const valuesOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as Value]))

const spansIn = (exported: string): readonly Collected[] =>
  (JSON.parse(exported) as Exported).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, attributes, links = [], status, ...times }) => ({
        name,
        traceId,
        spanId,
        parentSpanId,
        began: BigInt(times.startTimeUnixNano),
        ended: BigInt(times.endTimeUnixNano),
        attributes: valuesOf(attributes),
        links: links.map((link) => link.spanId),
        isError: status.code === ERROR,
        resource: valuesOf(resource.attributes),
      })),
    ),
  )

export interface Collector {
  readonly url: string
  /** What was exported so far, each as it came. */
  readonly received: readonly { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[]
  readonly spans: () => readonly Collected[]
  /** From now on. */
  readonly become: (how: Behaviour) => void
  readonly close: () => void
}

type Behaviour = 'answers' | 'refuses' | 'hangs'

/** A collector of traces that takes what is exported to it in JSON, or refuses all, or leaves everybody without an answer. */
export const aCollector = async (behaviour: Behaviour = 'answers'): Promise<Collector> => {
  let how = behaviour
  const received: Collector['received'][number][] = []
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      received.push({ path: req.url ?? '', headers: req.headers, body })
      if (how !== 'hangs')
        res.writeHead(how === 'answers' ? 200 : 400, { 'Content-Type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    become: (other) => {
      how = other
    },
    spans: () => received.flatMap(({ body }) => spansIn(body)),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
