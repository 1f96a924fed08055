import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'

/** Which way bytes are held up: what is asked, what is answered, or both. */
export type Stall = 'requests' | 'answers' | 'both'

/** A TCP proxy on a port that stays, before something that comes and goes. */
export interface Proxy {
  readonly port: number
  /** Holds bytes up, of new connections too, until it is told `undefined`. */
  readonly stall: (what: Stall | undefined) => void
  /** Ends every connection in good order, as a proxy that is restarted does. What was held up is lost. */
  readonly cut: () => void
  /** Ends every connection with RST. */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

/**
 * Ends a connection with RST where that can be: Unix sockets have none, and Node 24 never closes a socket that it is to
 * reset while it is ending, nor does its process end then.
 */
const rst = (socket: Socket) => {
  if (socket.remoteAddress === undefined || socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

/** Where to connect to is asked for each connection; while there is nothing, connections are reset. */
export const aProxy = async (target: () => NetConnectOpts | undefined): Promise<Proxy> => {
  let stalled: Stall | undefined
  const pairs = new Map<Socket, Socket>()

  const hold = (socket: Socket, isHeld: boolean) => (isHeld ? socket.pause() : socket.resume())
  const apply = (here: Socket, there: Socket) => {
    hold(here, stalled === 'requests' || stalled === 'both')
    hold(there, stalled === 'answers' || stalled === 'both')
  }
  const pass = (from: Socket, into: Socket) => {
    from
      .on('data', (bytes) => into.write(bytes))
      .on('end', () => into.end())
      .on('error', () => rst(into))
      .on('close', () => {
        pairs.delete(from)
        into.destroySoon()
      })
  }

  const server = createServer((here) => {
    const to = target()
    if (!to) {
      rst(here.on('error', () => {}))
      return
    }
    const there = connect(to)
    pairs.set(here, there)
    pass(here, there)
    pass(there, here)
    apply(here, there)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const each = (act: (socket: Socket) => void) => {
    for (const pair of [...pairs]) for (const socket of pair) act(socket)
  }
  return {
    port: (server.address() as AddressInfo).port,
    stall: (what) => {
      stalled = what
      for (const [here, there] of pairs) apply(here, there)
    },
    cut: () => each((socket) => socket.destroySoon()),
    reset: () => each(rst),
    close: async () => {
      each((socket) => socket.destroy())
      server.close()
      await once(server, 'close')
    },
  }
}
