import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'

function stopReading(this: Socket) {
  this.pause()
}

/**
 * Begins the requests of a connection one at a time: the next when the answer before it was flushed, in a turn of its own.
 * Until then they wait as heads, and nothing more is read: what waits came with one reading of the socket. What waits when
 * its connection closes is never begun.
 */
export const oneAtATime = (begin: RequestListener): RequestListener => {
  /** How many requests of a connection wait. */
  const waiting = new WeakMap<Socket, number>()

  const enter = (socket: Socket) => {
    const before = waiting.get(socket) ?? 0
    waiting.set(socket, before + 1)
    // Whoever reads a body, or throws one away, makes the socket read again.
    if (before === 0) socket.on('resume', stopReading)
    stopReading.call(socket)
  }

  const leave = (socket: Socket) => {
    const left = (waiting.get(socket) ?? 0) - 1
    waiting.set(socket, left)
    if (left === 0) socket.off('resume', stopReading).resume()
  }

  return (req, res) => {
    // Node gives the socket to an answer when the one before it was flushed.
    if (res.socket !== null) return begin(req, res)
    const { socket } = req
    enter(socket)
    res.once('socket', () =>
      setImmediate(() => {
        if (!socket.writable) return
        leave(socket)
        begin(req, res)
      }),
    )
  }
}
