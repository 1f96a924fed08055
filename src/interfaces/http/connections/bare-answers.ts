import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Failure } from '../endpoint/failure.ts'
import { toProblem } from '../endpoint/problem.ts'
import { PROBLEM_TYPE } from '../endpoint/reply.ts'
import { DATA_SECURITY } from '../endpoint/security.ts'
import { mustMove } from './unread-answers.ts'

export interface BareSettings {
  /** Milliseconds that a client has to read the answer. */
  readonly patience: number
  /** What paths in the answer stand below. */
  readonly basePath: string
}

/** Answers on the bare socket and closes the connection. */
const answerOn = (socket: Duplex, failure: Failure, { patience, basePath }: BareSettings) => {
  const requestId = randomUUID()
  const { status, headers, body } = toProblem(failure, requestId, basePath)
  const text = JSON.stringify(body)
  const fields = [
    ...DATA_SECURITY,
    ...Object.entries(headers).flat(),
    ...['X-Request-Id', requestId],
    ...['Content-Type', PROBLEM_TYPE],
    ...['Content-Length', String(Buffer.byteLength(text))],
    ...['Date', new Date().toUTCString()],
    ...['Cache-Control', 'no-store'],
    ...['Connection', 'close'],
  ]
  const lines = fields.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${fields[index + 1] ?? ''}`] : []))
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', text].join('\r\n'))
  mustMove(socket, patience)
  socket.once('timeout', () => socket.destroy())
}

const failureOf = (code: string | undefined): Failure => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { kind: 'RequestTimeout' }
  if (code === 'HPE_HEADER_OVERFLOW') return { kind: 'HeadersTooLarge' }
  return { kind: 'Malformed', detail: 'The request is not valid HTTP' }
}

/** When the answer is closed, whether it was flushed or its connection is gone. */
const closed = (res: ServerResponse | undefined, then: () => void) => {
  if (!res || res.closed) then()
  else res.once('close', then)
}

/** What a connection was last asked for; none when it was not asked for anything yet. */
export type LatestAnswers = ReadonlyMap<Duplex, ServerResponse | undefined>

/**
 * Answers what never became a request, after every answer before it. The last request that did become one is what the
 * error is about while it has not arrived whole.
 */
export const answerUnparsed = (
  latestOn: LatestAnswers,
  settings: BareSettings,
): ((error: NodeJS.ErrnoException, socket: Duplex) => void) => {
  const broken = new WeakSet<Duplex>()

  return ({ code }, socket) => {
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    // Each further piece of it is an error again.
    if (broken.has(socket)) return
    broken.add(socket)
    const failure = failureOf(code)
    const answer = () => {
      if (socket.writable) answerOn(socket, failure, settings)
    }
    const latest = latestOn.get(socket)
    if (!latest || latest.req.complete) return closed(latest, answer)
    // Nobody reads on in what is broken off.
    if (latest.headersSent) return void socket.destroy()
    if (latest.socket === null) latest.once('socket', answer)
    else answer()
  }
}

/** Answers a client that takes this for a proxy, after every answer before. Node has let go of the connection. */
export const answerConnect =
  (latestOn: LatestAnswers, settings: BareSettings) =>
  ({ url = '' }: IncomingMessage, socket: Duplex): void => {
    // Nobody reads it any more, so nobody would hear that the client closes it, too.
    socket.on('error', () => socket.destroy()).once('finish', () => socket.destroy())
    closed(latestOn.get(socket), () => {
      if (socket.writable) answerOn(socket, { kind: 'PathNotFound', path: url }, settings)
    })
  }
