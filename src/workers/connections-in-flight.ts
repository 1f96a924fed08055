import type { Worker } from 'node:cluster'

/** What the cluster sends along with a connection, and is answered by the worker that takes it. Not documented. */
interface Handover {
  readonly act?: string
  readonly seq?: number
  readonly ack?: number
}

interface Handle {
  readonly close: () => void
}

type Send = (message: Handover, handle?: Handle, ...rest: unknown[]) => boolean

/**
 * Closes the connections that were handed to a worker and not taken by it, when it has died. The cluster forgets them, and
 * leaves them open: their clients would wait for ever.
 */
export const closeInFlight = (worker: Worker): void => {
  const inFlight = new Map<number, Handle>()
  const channel = worker.process as unknown as { send: Send }
  const send = channel.send.bind(channel)
  channel.send = (message, handle, ...rest) => {
    if (message.act === 'newconn' && message.seq !== undefined && handle) inFlight.set(message.seq, handle)
    return send(message, handle, ...rest)
  }
  worker.process.on('internalMessage', ({ ack }: Handover) => {
    if (ack !== undefined) inFlight.delete(ack)
  })
  worker.once('disconnect', () => {
    for (const handle of inFlight.values()) handle.close()
    inFlight.clear()
  })
}
