import { type ClientRequest, type IncomingMessage, request as send } from 'node:http'
import type { Duplex } from 'node:stream'

/** What paths without a host are relative to. */
const HERE = 'http://messenger.test'

const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** What arrives, as a web stream that stops reading while nobody reads it. */
const streamOf = (incoming: IncomingMessage, signal: AbortSignal) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      incoming
        .on('data', (chunk: Buffer) => {
          controller.enqueue(new Uint8Array(chunk))
          if ((controller.desiredSize ?? 0) <= 0) incoming.pause()
        })
        .once('end', () => controller.close())
        .once('error', (cause) =>
          controller.error(signal.aborted ? signal.reason : new TypeError('terminated', { cause })),
        )
    },
    pull: () => void incoming.resume(),
    cancel: () => void incoming.destroy(),
  })

const responseOf = (incoming: IncomingMessage, { method, url, signal }: Request): Response => {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = incoming
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  const bodiless = method === 'HEAD' || BODILESS.has(status)
  if (bodiless) incoming.resume()
  const response = new Response(bodiless ? null : streamOf(incoming, signal), { status, statusText, headers })
  return Object.defineProperty(response, 'url', { value: url })
}

/** Rejects and breaks off as `fetch` does: with a TypeError when the connection fails, with its reason when aborted. */
const exchange = (request: Request, body: Buffer, connect: () => Duplex) =>
  new Promise<Response>((resolve, reject) => {
    const { method, url, signal } = request
    const { host, pathname, search } = new URL(url)
    const headers = { host, accept: '*/*', ...Object.fromEntries(request.headers) }
    const outgoing: ClientRequest = send({ createConnection: connect, method, path: pathname + search, headers })
    const abort = () => outgoing.destroy(signal.reason as Error)
    outgoing
      .once('response', (incoming) => resolve(responseOf(incoming, request)))
      .once('error', (cause) =>
        reject(signal.aborted ? (signal.reason as Error) : new TypeError('fetch failed', { cause })),
      )
      .once('close', () => signal.removeEventListener('abort', abort))
    signal.addEventListener('abort', abort)
    outgoing.end(body.length > 0 || request.body ? body : undefined)
  })

/**
 * `fetch` over connections that run through no network. What is sent is HTTP all the same, written by Node's client and
 * read by the service's own server. Paths may stand without a host; a host is not looked at.
 */
export const inProcessFetch =
  (connect: () => Duplex): typeof globalThis.fetch =>
  async (input, init) => {
    const request = new Request(typeof input === 'string' ? new URL(input, HERE) : input, init)
    request.signal.throwIfAborted()
    return exchange(request, Buffer.from(await request.arrayBuffer()), connect)
  }
