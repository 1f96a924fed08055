import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Failure } from '../endpoint/failure.ts'
import { MAX_HEAD_BYTES } from '../endpoint/limits.ts'
import { toProblem } from '../endpoint/problem.ts'
import { PROBLEM_TYPE } from '../endpoint/reply.ts'

interface ServerLimits {
  /** Milliseconds in which the head of a request must arrive. */
  readonly headersTimeout: number
  /** Milliseconds in which the whole request must arrive. */
  readonly requestTimeout: number
  /** Milliseconds that a connection may wait for its next request. */
  readonly keepAliveTimeout: number
}

const reasons: Record<string, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

const failureOf = (code: string | undefined): Failure => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { kind: 'RequestTimeout' }
  if (code === 'HPE_HEADER_OVERFLOW') return { kind: 'HeadersTooLarge' }
  return { kind: 'Malformed', detail: 'The head of the request is not valid HTTP' }
}

/** Answers, on the bare socket, a request that never became one. */
const answerUnparsed = (error: NodeJS.ErrnoException, socket: Duplex) => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const requestId = randomUUID()
  const { status, body } = toProblem(failureOf(error.code), requestId)
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${status} ${reasons[status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${requestId}`,
    'Cache-Control: no-store',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`)
}

interface HttpServer {
  readonly server: Server
  /**
   * Stops taking connections and resolves when the last request under way was answered, or cuts what is left after
   * `timeout` milliseconds. Every answer from now on closes its connection.
   */
  readonly drain: (timeout: number) => Promise<void>
}

export const httpServer = (app: RequestListener, limits: ServerLimits): HttpServer => {
  // Not a set of the responses under way: what a set of ever new objects leaves behind, the collector takes for alive.
  const latest = new Map<Socket, ServerResponse | undefined>()
  let draining = false

  const server = createServer({ ...limits, maxHeaderSize: MAX_HEAD_BYTES, connectionsCheckingInterval: 1000 })
    .on('connection', (socket) => {
      latest.set(socket, undefined)
      socket.once('close', () => latest.delete(socket))
    })
    .on('request', (req, res) => {
      if (draining) res.shouldKeepAlive = false
      latest.set(req.socket, res)
    })
    .on('request', app)
    .on('clientError', answerUnparsed)

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
