import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { TEXT } from './database.ts'
import { type Measurement, percentile } from './measurement.ts'
import { CHAT, type Command, FOLLOWERS, type Reply } from './streams.ts'

/** Streams that are opened at a time: fewer than wait to be accepted anywhere. */
const OPENED_AT_A_TIME = 50
const PATIENCE_MS = 30_000

/** Data is JSON in one line, so that this is how an event ends, and nothing else is. */
const BRACE = 0x7d
const EVENT_END = Buffer.from('}\n')

const [url = ''] = process.argv.slice(2)
const { hostname, port } = new URL(url)

/** Events that reached each follower, and all of them. */
const counts = new Uint32Array(FOLLOWERS)
let arrived = 0
let awaited = Infinity
let onArrival = () => {}

const counted = (follower: number, events: number) => {
  counts[follower]! += events
  arrived += events
  if (arrived >= awaited) onArrival()
}

/** When the last of so many events arrived. */
const arrival = (total: number) =>
  new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${arrived} of ${total} events arrived`)), PATIENCE_MS)
    awaited = total
    onArrival = () => {
      clearTimeout(timer)
      awaited = Infinity
      resolve(performance.now())
    }
    if (arrived >= total) onArrival()
  })

/** Everybody reads into the same memory: a follower costs this process as little as it can. */
const shared = Buffer.alloc(65_536)

const follow = (follower: number) =>
  new Promise<void>((resolve, reject) => {
    let head = ''
    let endedInBrace = false
    const onHead = (chunk: Buffer) => {
      head += chunk.toString()
      if (!/\r\n\r\n[^]*\nid: \d+\n(?:event: begin\ndata: \{\}\n)?\n/.test(head)) return
      if (!head.startsWith('HTTP/1.1 200')) return reject(new Error(head))
      head = ''
      onChunk = onEvents
      resolve()
    }
    const onEvents = (chunk: Buffer) => {
      let events = endedInBrace && chunk[0] === EVENT_END[1] ? 1 : 0
      for (let at = chunk.indexOf(EVENT_END); at >= 0; at = chunk.indexOf(EVENT_END, at + 2)) events++
      endedInBrace = chunk.at(-1) === BRACE
      counted(follower, events)
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

const open = async () => {
  for (let n = 0; n < FOLLOWERS; n += OPENED_AT_A_TIME)
    await Promise.all(Array.from({ length: OPENED_AT_A_TIME }, (_, i) => follow(n + i)))
}

const agent = new Agent({ keepAlive: true })
const body = JSON.stringify({ text: TEXT })
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }

/** Sends a message; tells when the answer came. */
const post = async () => {
  const sending = request(`${url}${CHAT}/messages/`, { method: 'POST', agent, headers })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  const answeredAt = performance.now()
  if (answer.statusCode !== 201) throw new Error(`a message was answered with ${answer.statusCode}`)
  await once(answer.resume(), 'end')
  return answeredAt
}

/** Messages as fast as so many senders get their answers. Over when the last of them has reached everybody. */
const flood = async (senders: number, seconds: number): Promise<Measurement> => {
  const before = arrived
  const startedAt = performance.now()
  const send = async () => {
    let sent = 0
    for (; performance.now() < startedAt + seconds * 1000; sent++) await post()
    return sent
  }
  const sent = await Promise.all(Array.from({ length: senders }, send))
  const count = sent.reduce((a, b) => a + b) * FOLLOWERS
  const endedAt = await arrival(before + count)
  return { perSecond: count / ((endedAt - startedAt) / 1000), p50: NaN, p99: NaN, count }
}

/** Messages one at a time: from the sender's answer until everybody has it. */
const oneAtATime = async (seconds: number): Promise<Measurement> => {
  const startedAt = performance.now()
  const times: number[] = []
  while (performance.now() < startedAt + seconds * 1000) {
    const everybody = arrival(arrived + FOLLOWERS)
    const answeredAt = await post()
    times.push(Math.max(0, (await everybody) - answeredAt))
  }
  const sorted = Float64Array.from(times).sort()
  const perSecond = times.length / ((performance.now() - startedAt) / 1000)
  return { perSecond, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), count: times.length }
}

const measure = async (command: Command): Promise<Measurement | undefined> => {
  const { seconds = 1 } = command
  if (command.kind === 'flood') return flood(command.senders, seconds)
  if (command.kind === 'one at a time') return oneAtATime(seconds)
  await open()
  return undefined
}

const obey = async (command: Command): Promise<Reply> => {
  const measured = await measure(command)
  if (counts.some((count) => count !== counts[0])) throw new Error('followers were not all told the same')
  return { measured }
}

process.on('message', (command: Command) => {
  obey(command).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of the terminal; the bench decides when this one ends.
process.on('SIGINT', () => undefined)
