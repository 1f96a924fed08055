import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Hold } from './releasing.ts'

/** An answer as it went over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A connection to the server, of which nothing is read before somebody reads it. */
export const connection = async (url: string, hold: Hold): Promise<Socket> => {
  const socket = hold(connect(Number(new URL(url).port), '127.0.0.1'), (it) => it.destroy())
  // Whoever goes away hears no more.
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const headOf = (text: string) => {
  const [statusLine = '', ...fields] = text.split('\r\n')
  const headers = new Headers(fields.map((field) => field.split(/: (.*)/s).slice(0, 2) as [string, string]))
  return { status: Number(statusLine.split(' ')[1]), headers }
}

/** The answers in what was received, each with a length or without a body. */
export const answersIn = (received: string): readonly WireAnswer[] => {
  const answers: WireAnswer[] = []
  for (let at = 0; at < received.length;) {
    const end = received.indexOf('\r\n\r\n', at)
    if (end < 0) throw new Error(`half an answer: ${received.slice(at, at + 100)}`)
    const head = headOf(received.slice(at, end))
    const length = Number(head.headers.get('content-length') ?? 0)
    at = end + 4 + length
    answers.push({ ...head, body: received.slice(end + 4, at) })
  }
  return answers
}

/** Reads until the server closes the connection. Bytes are characters. */
export const readToEnd = async (socket: Socket): Promise<string> => {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  if (!socket.closed) await once(socket, 'close')
  return Buffer.concat(pieces).toString('latin1')
}

/** Sends bytes as they are, in one packet each, and reads until the server closes the connection. */
export const exchange = async (url: string, pieces: readonly string[], hold: Hold): Promise<readonly WireAnswer[]> => {
  const socket = await connection(url, hold)
  for (const piece of pieces) socket.write(piece, 'latin1')
  return answersIn(await readToEnd(socket))
}
