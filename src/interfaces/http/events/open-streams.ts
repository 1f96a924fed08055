import type { ServerResponse } from 'node:http'

/** What a stream is of: one chat, several, or the inbox of a user. */
export const STREAM_KINDS = ['chat', 'chats', 'inbox'] as const
export type StreamKind = (typeof STREAM_KINDS)[number]

/**
 * Why a stream ended:
 *
 * - `client`: its reader went away, or the network did; `stalled`: the reader did not read, and was cut;
 * - `complete`: there is nothing more to come, as of a chat that was deleted; `credential`: it is good no more;
 * - `stopping`: the service stops; `failed`: what was to be sent could not be made.
 */
export const STREAM_ENDS = ['client', 'stalled', 'complete', 'credential', 'stopping', 'failed'] as const
export type StreamEnd = (typeof STREAM_ENDS)[number]

interface OpenStream {
  readonly kind: StreamKind
  readonly stop: AbortController
  end: StreamEnd
}

/** The streams that are open, and how often those that were have ended for what. */
export interface OpenStreams {
  readonly add: (res: ServerResponse, kind: StreamKind) => AbortSignal
  /** Says why it is going to end; the first reason counts. */
  readonly because: (res: ServerResponse, end: StreamEnd) => void
  /** Stops what is sent on it, and ends it in order. */
  readonly finish: (res: ServerResponse, end: StreamEnd) => void
  /** Once its response is closed. */
  readonly remove: (res: ServerResponse) => void
  readonly all: () => Iterable<ServerResponse>
  readonly count: () => number
  readonly ofKind: (kind: StreamKind) => number
  readonly ended: (end: StreamEnd) => number
}

export const openStreams = (): OpenStreams => {
  const streams = new Map<ServerResponse, OpenStream>()
  const ends = new Map<StreamEnd, number>()

  const because = (res: ServerResponse, end: StreamEnd) => {
    const stream = streams.get(res)
    if (stream?.end === 'client') stream.end = end
  }

  return {
    add: (res, kind) => {
      const stop = new AbortController()
      streams.set(res, { kind, stop, end: 'client' })
      return stop.signal
    },
    because,
    finish: (res, end) => {
      because(res, end)
      streams.get(res)?.stop.abort()
      res.end()
    },
    remove: (res) => {
      const stream = streams.get(res)
      if (!stream) return
      stream.stop.abort()
      streams.delete(res)
      ends.set(stream.end, (ends.get(stream.end) ?? 0) + 1)
    },
    all: () => streams.keys(),
    count: () => streams.size,
    ofKind: (kind) => [...streams.values()].filter((stream) => stream.kind === kind).length,
    ended: (end) => ends.get(end) ?? 0,
  }
}
