import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Gives the connection so many milliseconds in which something must move, or it is destroyed; 0 takes them back. */
export const mustMove = (socket: Duplex, milliseconds: number): void => {
  // A connection within the process has no such clock, and no reader who is not there.
  if (socket instanceof Socket) socket.setTimeout(milliseconds)
}

/**
 * Cuts the connection of a client that takes nothing of an answer for `patience` milliseconds, twice that at the most: from
 * when the answer is ended until the system has taken all of it. What is taken of it begins the time anew. An answer that
 * is not ended, as an event stream, has its writer to see to that.
 */
export const cutUnread = (patience: number): ((res: ServerResponse) => void) => {
  function onEnd(this: ServerResponse) {
    const { socket } = this
    if (socket === null || socket.writableLength === 0) return
    mustMove(socket, patience)
    // Before Node gives the connection its time to wait for the next request.
    this.prependOnceListener('finish', () => mustMove(socket, 0))
  }
  return (res) => void res.on('prefinish', onEnd)
}
