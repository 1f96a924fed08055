import { Duplex } from 'node:stream'

/**
 * Two ends of a connection that runs through no network: what is written to one end is read from the other. An end that
 * is destroyed before it wrote everything takes the other with it, as a cut cable would.
 */
export const connectionPair = (): readonly [Duplex, Duplex] => {
  /** Calls back for more, by the end that has what was written in its buffer. */
  const waiting = new WeakMap<Duplex, () => void>()

  const proceed = (end: Duplex) => {
    const more = waiting.get(end)
    waiting.delete(end)
    more?.()
  }

  const anEnd = (other: () => Duplex): Duplex => {
    const end: Duplex = new Duplex({
      read: () => proceed(end),
      write: (chunk: Buffer, _encoding, done) => {
        if (other().destroyed) done(Object.assign(new Error('the other end is closed'), { code: 'EPIPE' }))
        else if (other().push(chunk)) done()
        else waiting.set(other(), done)
      },
      final: (done) => {
        other().push(null)
        done()
      },
      destroy: (error, done) => {
        if (!end.writableFinished) process.nextTick(() => other().destroy())
        proceed(end)
        done(error)
      },
    })
    return end
  }

  const pair: readonly [Duplex, Duplex] = [anEnd(() => pair[1]), anEnd(() => pair[0])]
  return pair
}
