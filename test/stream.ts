import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { blockReader } from '../src/client/server-sent-events.ts'
import { record } from './recorder.ts'

/** One event as it was dispatched, its data parsed. */
export interface Event {
  readonly id: string
  readonly event: string
  readonly data: Record<string, unknown> & { readonly id: number; readonly chat_id?: number }
}

/** A connection to an event stream. */
export interface Stream {
  readonly status: number
  readonly headers: Headers
  readonly events: readonly Event[]
  /** As a browser keeps it: also set by blocks without data. */
  readonly lastEventId: () => string
  /** Resolves once so many events have come. */
  readonly received: (count: number) => Promise<readonly Event[]>
  readonly ended: Promise<void>
  readonly cut: () => void
  /** Leaves what comes unread, and reads on. */
  readonly pause: () => void
  readonly resume: () => void
}

const parse = (response: IncomingMessage, onEvent: (event: Event) => void) => {
  let lastEventId = ''
  const read = blockReader()
  response.setEncoding('utf8').on('data', (chunk: string) => {
    for (const { event, id = lastEventId, data } of read(chunk)) {
      lastEventId = id
      // Every stream opens with one, which tells of nothing but a place.
      if (data !== undefined && event !== 'begin') onEvent({ id, event, data: JSON.parse(data) as Event['data'] })
    }
  })
  return { lastEventId: () => lastEventId }
}

/** Opens a stream. The answer's head is held against openapi.yaml, as that of every exchange. */
export const follow = async (url: string, target: string, headers: Record<string, string> = {}): Promise<Stream> => {
  const request: ClientRequest = get(url + target, {
    headers: { accept: 'text/event-stream', ...headers },
    agent: false,
  })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const events: Event[] = []
  const waiting = new Set<() => void>()
  const { lastEventId } = parse(response, (event) => {
    events.push(event)
    for (const look of waiting) look()
  })
  response.on('error', () => {})
  const ended = new Promise<void>((resolve) => response.once('close', () => resolve()))
  const status = response.statusCode ?? 0
  const head = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
  record({
    method: 'GET',
    target,
    requestHeaders: headers,
    status,
    headers: head,
    body: status === 200 ? '' : await text(response),
  })

  return {
    status,
    headers: head,
    events,
    lastEventId,
    received: (count) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (events.length < count) return
          waiting.delete(look)
          resolve(events)
        }
        waiting.add(look)
        look()
        void ended
          .then(() => sleep(0))
          .then(() => {
            look()
            reject(new Error(`the stream ended after ${events.length} of ${count} events`))
          })
      }),
    ended,
    cut: () => void request.destroy(),
    pause: () => void response.pause(),
    resume: () => void response.resume(),
  }
}

const text = async (response: IncomingMessage) => {
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return body
}
