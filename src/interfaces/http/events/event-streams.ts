import type { ServerResponse } from 'node:http'
import type { Reply } from '../endpoint/reply.ts'

export interface StreamLimits {
  /** Streams open at a time. */
  readonly streams: number
  /** Milliseconds that a reader may leave what was sent unread before its stream is ended. */
  readonly stall: number
  /** Milliseconds between comments that keep an idle connection alive. */
  readonly heartbeat: number
}

/** What a stream sends: blocks of the format, in pieces that fit a socket's buffer. */
export type Frames = (stop: AbortSignal) => AsyncIterable<readonly Buffer[]>

export interface EventStreams {
  /** Whether another one may begin. */
  readonly hasRoom: () => boolean
  readonly limit: number
  readonly reply: (first: string, frames: Frames) => Reply
  readonly open: () => number
  /** Ends every stream in order, and takes no more; clients come back by themselves, to another server. */
  readonly end: () => void
}

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // Asks proxies that buffer (nginx) not to.
  'X-Accel-Buffering': 'no',
}

/** Waits until the reader has read; false when it did not in time, or went away. */
const drained = (res: ServerResponse, patience: number) =>
  new Promise<boolean>((resolve) => {
    const settle = (well: boolean) => {
      clearTimeout(timer)
      res.off('drain', onDrain).off('close', onClose)
      resolve(well)
    }
    const onDrain = () => settle(true)
    const onClose = () => settle(false)
    const timer = setTimeout(() => settle(false), patience)
    res.on('drain', onDrain).on('close', onClose)
  })

/**
 * Server-sent events (WHATWG HTML, section 9.2). A reader that does not read is sent nothing more, and nothing is read for
 * it: what waits for it is one buffer of its socket and one piece.
 */
export const eventStreams = (limits: StreamLimits): EventStreams => {
  const open = new Map<ServerResponse, AbortController>()
  let ending = false
  let heartbeat: NodeJS.Timeout | undefined

  const beat = () => {
    for (const res of open.keys()) if (!res.writableNeedDrain) res.write(':\n\n')
  }

  const enter = (res: ServerResponse) => {
    const stop = new AbortController()
    open.set(res, stop)
    heartbeat ??= setInterval(beat, limits.heartbeat).unref()
    res.once('close', () => {
      stop.abort()
      open.delete(res)
      if (open.size > 0) return
      clearInterval(heartbeat)
      heartbeat = undefined
    })
    return stop.signal
  }

  const pump = async (res: ServerResponse, first: string, frames: Frames) => {
    const stop = enter(res)
    res.write(first)
    for await (const pieces of frames(stop)) {
      for (const piece of pieces) {
        if (res.destroyed) return
        if (res.write(piece) || (await drained(res, limits.stall))) continue
        res.destroy()
        return
      }
    }
    res.end()
  }

  return {
    hasRoom: () => !ending && open.size < limits.streams,
    limit: limits.streams,
    open: () => open.size,
    reply: (first, frames) => ({
      status: 200,
      headers: HEADERS,
      stream: (res) => {
        if (res.req.method === 'HEAD') return void res.end()
        // What fails after the head was sent can only end the stream: its reader resumes.
        pump(res, first, frames).catch(() => res.destroy())
      },
    }),
    end: () => {
      ending = true
      for (const [res, stop] of open) {
        stop.abort()
        res.end()
      }
    },
  }
}
