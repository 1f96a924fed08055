import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'

/** Everybody reads into the same memory: a follower costs its process as little as it can. */
const shared = Buffer.alloc(65_536)

/** An id, of whatever kind, and what may stand behind it before the first event that is a change. */
const OPENED = /\r\n\r\n[^]*\nid: \S+\n(?:event: begin\ndata: \{\}\n)?\n/

/** Resolves once the stream of events has begun. From then on whatever arrives is handed to `onEvents`. */
export const followStream = (
  url: string,
  path: string,
  onEvents: (chunk: Buffer) => void,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    let head = ''
    const onHead = (chunk: Buffer) => {
      head += chunk.toString()
      if (!OPENED.test(head)) return
      if (!head.startsWith('HTTP/1.1 200')) return reject(new Error(head))
      head = ''
      onChunk = onEvents
      resolve()
    }
    let onChunk = onHead
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: {
        buffer: shared,
        callback: (length, buffer) => {
          onChunk(Buffer.from(buffer.buffer, buffer.byteOffset, length))
          return true
        },
      },
    })
    socket.on('error', reject).on('end', () => reject(new Error('a stream ended')))
    const fields = Object.entries({ Host: hostname, Accept: 'text/event-stream', ...headers })
    socket.write(`GET ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
  })

/** A sender of what is said in JSON, who keeps its connections. What it is answered, and when the answer began. */
export const poster = (url: string) => {
  const agent = new Agent({ keepAlive: true })
  return async (path: string, body: string): Promise<{ readonly answeredAt: number; readonly answer: string }> => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const sending = request(`${url}${path}`, { method: 'POST', agent, headers })
    sending.end(body)
    const [response] = (await once(sending, 'response')) as [IncomingMessage]
    const answeredAt = performance.now()
    if (response.statusCode !== 201) throw new Error(`${path} was answered with ${response.statusCode}`)
    let answer = ''
    for await (const chunk of response.setEncoding('utf8')) answer += String(chunk)
    return { answeredAt, answer }
  }
}
