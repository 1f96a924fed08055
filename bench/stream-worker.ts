import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { TEXT } from './database.ts'
import { type Medium, obeyAsFollowers } from './following.ts'
import { CHAT } from './streams.ts'

const [url = '', followers, eventEnd = ''] = process.argv.slice(2)
const { hostname, port } = new URL(url)

/** Everybody reads into the same memory: a follower costs this process as little as it can. */
const shared = Buffer.alloc(65_536)

const follow: Medium['follow'] = (_follower, onEvents) =>
  new Promise<void>((resolve, reject) => {
    let head = ''
    const onHead = (chunk: Buffer) => {
      head += chunk.toString()
      if (!/\r\n\r\n[^]*\nid: \d+\n(?:event: begin\ndata: \{\}\n)?\n/.test(head)) return
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
    socket.write(`GET ${CHAT}/events HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n\r\n`)
  })

const agent = new Agent({ keepAlive: true })
const body = JSON.stringify({ text: TEXT })
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }

const post = async () => {
  const sending = request(`${url}${CHAT}/messages/`, { method: 'POST', agent, headers })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  const answeredAt = performance.now()
  if (answer.statusCode !== 201) throw new Error(`a message was answered with ${answer.statusCode}`)
  await once(answer.resume(), 'end')
  return answeredAt
}

obeyAsFollowers(Number(followers), { eventEnd, follow, post })
