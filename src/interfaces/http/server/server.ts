import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerConnect, answerUnparsed } from '../connections/bare-answers.ts'
import { oneAtATime } from '../connections/one-at-a-time.ts'
import { cutUnread } from '../connections/unread-answers.ts'
import { MAX_HEAD_BYTES } from '../endpoint/limits.ts'

interface ServerSettings {
  /** Milliseconds in which the head of a request must arrive. */
  readonly headersTimeout: number
  /** Milliseconds in which the whole request must arrive. */
  readonly requestTimeout: number
  /** Milliseconds that a connection may wait for its next request. */
  readonly keepAliveTimeout: number
  /** Milliseconds that a client may leave an answer unread. */
  readonly answerStallTimeout: number
  /** What paths in its answers stand below. */
  readonly basePath?: string
}

interface HttpServer {
  readonly server: Server
  /**
   * Stops taking connections and resolves when the last request under way was answered, or cuts what is left after
   * `timeout` milliseconds. Every answer from now on closes its connection.
   */
  readonly drain: (timeout: number) => Promise<void>
}

export const httpServer = (
  app: RequestListener,
  { answerStallTimeout, basePath = '', ...limits }: ServerSettings,
): HttpServer => {
  // Not a set of the responses under way: what a set of ever new objects leaves behind, the collector takes for alive.
  const latest = new Map<Socket, ServerResponse | undefined>()
  const watch = cutUnread(answerStallTimeout)
  const bare = { patience: answerStallTimeout, basePath }
  let draining = false

  const next = oneAtATime(app)
  const receive: RequestListener = (req, res) => {
    if (draining) res.shouldKeepAlive = false
    latest.set(req.socket, res)
    watch(res)
    next(req, res)
  }

  const server = createServer({
    ...limits,
    maxHeaderSize: MAX_HEAD_BYTES,
    connectionsCheckingInterval: 1000,
    // Node's own refusal is no problem document.
    requireHostHeader: false,
  })
    .on('connection', (socket) => {
      latest.set(socket, undefined)
      socket.once('close', () => latest.delete(socket))
    })
    .on('request', receive)
    // Left alone, Node says 100 to whatever asks for it, and answers what expects something else.
    .on('checkContinue', receive)
    .on('checkExpectation', receive)
    // Left alone, Node closes the connection without a word.
    .on('connect', answerConnect(latest, bare))
    .on('clientError', answerUnparsed(latest, bare))
  // Left alone, Node leaves out what comes after the first thousand. The head's size is the bound.
  server.maxHeadersCount = 0

  return {
    server,
    drain: (timeout) =>
      new Promise((resolve) => {
        draining = true
        for (const res of latest.values()) if (res && !res.headersSent) res.shouldKeepAlive = false
        const cut = setTimeout(() => server.closeAllConnections(), timeout)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        // Node closes the connections that wait for their next request, but not those that never sent a first one.
        for (const socket of latest.keys()) if (socket.bytesRead === 0) socket.destroy()
      }),
  }
}
