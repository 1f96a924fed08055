import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** What becomes of whoever connects: refused, or told the error by every statement, with or without an end of the connection. */
export type Failing = 'at the connection' | 'at a statement' | 'at a statement, and the connection ends'

const message = (type: string, body: Buffer) => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const READY = message('Z', Buffer.from('I'))
const AUTHENTICATED = message('R', Buffer.alloc(4))
const errorOf = (severity: string, code: string) =>
  message('E', Buffer.from(`S${severity}\0V${severity}\0C${code}\0Ma test\0\0`))

/** A server that speaks as much of PostgreSQL's protocol as it takes to say an SQLSTATE to whatever is asked. */
export const failingServer = async (code: string, failing: Failing) => {
  let statements = 0
  const sockets = new Set<Socket>()

  const serve = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    let bytes = Buffer.alloc(0)
    let isStarted = false

    const take = (type: string) => {
      if (type === 'X') return void socket.end()
      if (type !== 'Q' && type !== 'S') return
      statements += 1
      if (failing === 'at a statement') socket.write(Buffer.concat([errorOf('ERROR', code), READY]))
      else socket.end(errorOf('FATAL', code))
    }
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        const head = isStarted ? 1 : 0
        if (bytes.length < head + 4) return
        const length = head + bytes.readInt32BE(head)
        if (bytes.length < length) return
        const type = isStarted ? String.fromCharCode(bytes[0] ?? 0) : 'startup'
        bytes = bytes.subarray(length)
        if (isStarted) take(type)
        else if (failing === 'at the connection') socket.end(errorOf('FATAL', code))
        else socket.write(Buffer.concat([AUTHENTICATED, READY]))
        isStarted = true
      }
    })
  }

  const server = createServer(serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `postgresql://nobody@127.0.0.1:${port}/messenger_test`,
    statements: () => statements,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
