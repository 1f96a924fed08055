import { createServer } from 'node:http'

/** A collector of traces that takes everything and keeps nothing, in a process of its own. */
createServer((req, res) => {
  req.resume().on('end', () => res.setHeader('Content-Type', 'application/json').end('{}'))
}).listen(Number(process.env['PORT']), '127.0.0.1')
