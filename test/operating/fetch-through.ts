import type { IncomingMessage } from 'node:http'
import { Agent, request as send } from 'node:https'
import { Readable } from 'node:stream'
import type { Hold } from '../releasing.ts'

const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

const responseOf = (incoming: IncomingMessage, method: string): Response => {
  const { statusCode: status = 0, rawHeaders } = incoming
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  const bodiless = method === 'HEAD' || BODILESS.has(status)
  if (bodiless) incoming.resume()
  return new Response(bodiless ? null : (Readable.toWeb(incoming) as ReadableStream), { status, headers })
}

/** `fetch` to a public host that is a port of this machine, and whose certificate nobody else signed. */
export const fetchThrough = (port: number, ca: string, hold: Hold): typeof globalThis.fetch => {
  const agent = hold(new Agent({ keepAlive: true, ca }), (agent) => agent.destroy())

  return async (input, init) => {
    const request = new Request(input, init)
    const { method, signal, url } = request
    const { host, hostname, pathname, search } = new URL(url)
    const body = Buffer.from(await request.arrayBuffer())
    return new Promise((resolve, reject) => {
      const outgoing = send({
        ...{ agent, method, host: '127.0.0.1', port, servername: hostname, path: pathname + search },
        headers: { ...Object.fromEntries(request.headers), host, accept: request.headers.get('accept') ?? '*/*' },
      })
      const abort = () => outgoing.destroy(signal.reason as Error)
      outgoing
        .once('response', (incoming) => resolve(responseOf(incoming, method)))
        .once('error', (cause) =>
          reject(signal.aborted ? (signal.reason as Error) : new TypeError('fetch failed', { cause })),
        )
        .once('close', () => signal.removeEventListener('abort', abort))
      signal.addEventListener('abort', abort)
      outgoing.end(body.length > 0 || request.body ? body : undefined)
    })
  }
}
