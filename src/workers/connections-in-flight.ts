import type { Worker } from 'node:cluster'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'

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

const POLL_MS = 5

/**
 * Node does not say that a channel has ended (`disconnect`) before a connection that was under way on it is acknowledged, and
 * who is dead acknowledges nothing: the cluster would count on that worker for ever. What it had said is heard by then.
 */
const announceEnd = async ({ process }: Worker, isAnnounced: () => boolean): Promise<void> => {
  while (process.connected) await delay(POLL_MS)
  await setImmediate()
  if (!isAnnounced()) process.emit('disconnect')
}

/**
 * Closes the connections that were handed to a worker and not taken by it, when it has died. The cluster forgets them, and
 * leaves them open: their clients would wait for ever. A worker that was busy for a while before its end, as are those that run
 * out of memory, mostly has one.
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
  let isAnnounced = false
  worker
    .once('disconnect', () => {
      isAnnounced = true
      for (const handle of inFlight.values()) handle.close()
      inFlight.clear()
    })
    .once('exit', () => void announceEnd(worker, () => isAnnounced))
}
