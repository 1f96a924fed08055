import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/**
 * The floor of streams: bare `node:http` that writes what was posted to whoever follows, each write as big as ours, from no
 * database. It keeps no place, paces no slow reader and never resumes: whoever fans out over HTTP in Node does at least this.
 */
const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
}

const followers = new Set<ServerResponse>()
const now = new Date().toISOString()
let last = 0

const bodyOf = async (req: IncomingMessage) => {
  let body = ''
  for await (const chunk of req.setEncoding('utf8')) body += String(chunk)
  return JSON.parse(body) as { text: string }
}

const follow = (res: ServerResponse) => {
  followers.add(res)
  res.once('close', () => followers.delete(res)).writeHead(200, HEADERS)
  res.write(`retry: 1000\nid: ${last}\nevent: begin\ndata: {}\n\n`)
}

const post = async (req: IncomingMessage, res: ServerResponse) => {
  const { text } = await bodyOf(req)
  const message = JSON.stringify({ id: ++last, chat_id: 1, text, created_at: now, edited_at: null })
  // The sender has its answer before the first follower has the event, as with us.
  res.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(message) }).end(message)
  const block = Buffer.from(`id: ${last}\nevent: message\ndata: ${message}\n\n`)
  for (const follower of followers) follower.write(block)
}

const metrics = () => {
  const { heapUsed, external } = process.memoryUsage()
  return `nodejs_heap_size_used_bytes ${heapUsed}\nnodejs_external_memory_bytes ${external}\n`
}

createServer((req, res) => {
  if (req.method === 'POST') void post(req, res)
  else if (req.url?.endsWith('/events')) follow(res)
  else res.end(metrics())
}).listen(Number(process.env['PORT']), '127.0.0.1')
