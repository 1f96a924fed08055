import type { ServerResponse } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { type ReportFailure, unreported } from '../../../application/ports/background.ts'
import type { Caller } from '../../../domain/caller.ts'
import type { Reply } from '../endpoint/reply.ts'
import { type Beats, realBeats } from './beats.ts'
import { endingCredentials } from './ending-credentials.ts'
import { HEARTBEAT } from './event-frames.ts'
import { isBehind, type Piece, writePiece } from './piece.ts'
import { openStreams, type StreamEnd, type StreamKind } from './open-streams.ts'
import { sending } from './sending.ts'
import { type NoRoom, streamRoom } from './stream-room.ts'
import { turns } from './turns.ts'

export interface StreamLimits {
  /** Streams open at a time, whosever they are. */
  readonly streams: number
  /** Milliseconds that a reader may leave what was sent unread before its stream is ended. */
  readonly stall: number
  /** Milliseconds between comments that keep an idle connection alive. */
  readonly heartbeat: number
}

/** A stream that is about to begin. */
export interface Beginning<Item> {
  readonly kind: StreamKind
  readonly opening: string
  /** What is to be sent, until `stop` says so. */
  readonly items: (stop: AbortSignal) => AsyncIterable<Item>
  /** Makes whole blocks of the format of an item when its turn to be sent has come. */
  readonly render: (item: Item) => readonly Piece[]
}

export interface EventStreams {
  /**
   * Replies with the stream, if there is room for it, and for one more of the caller's. The room is held from the moment of
   * the call, before anything is waited for, until the stream ends or did not come to be, whatever the reason.
   */
  readonly begin: <Refused, Item>(
    beginning: TE.TaskEither<Refused, Beginning<Item>>,
    caller: Caller,
  ) => TE.TaskEither<Refused | NoRoom, Reply>
  readonly open: () => number
  readonly ofKind: (kind: StreamKind) => number
  readonly ended: (end: StreamEnd) => number
  readonly limit: number
  /** Ends every stream in order, and takes no more; clients come back by themselves, to another server. */
  readonly end: () => void
}

export interface StreamSettings {
  readonly beats?: Beats
  readonly onFailure?: ReportFailure
}

const HEADERS = {
  'Content-Type': 'text/event-stream',
  // Nor compressed on the way: HAProxy would hold back the end of each event until the next.
  'Cache-Control': 'no-store, no-transform',
  // Asks proxies that buffer (nginx) not to.
  'X-Accel-Buffering': 'no',
}

/**
 * Server-sent events (WHATWG HTML, section 9.2). A reader that does not read is sent nothing more, and nothing is read for
 * it: what waits for it is one buffer of its socket and one piece. Whatever is sent is sent in turns, so that many readers
 * hold up nobody else.
 */
export const eventStreams = (
  limits: StreamLimits,
  { beats = realBeats, onFailure = unreported }: StreamSettings = {},
): EventStreams => {
  const turn = turns()
  const open = openStreams()
  const send = sending(turn, limits.stall, (res) => open.because(res, 'stalled'))
  const room = streamRoom(limits.streams)
  const credentials = endingCredentials(beats, (res) => open.finish(res, 'credential'))
  let ending = false
  let stopBeating: (() => void) | undefined

  const beat = () => {
    for (const res of open.all())
      turn(() => {
        if (!res.writableEnded && !res.destroyed && !isBehind(res)) writePiece(res, HEARTBEAT)
      }).catch((error: unknown) => onFailure('stream', error))
  }

  const enter = (res: ServerResponse, kind: StreamKind, leave: () => void) => {
    const stop = open.add(res, kind)
    credentials.watch(res)
    stopBeating ??= beats(beat, limits.heartbeat)
    // A connection that breaks closes its response; the error that says so is nobody's defect.
    res.on('error', () => {})
    res.once('close', () => {
      open.remove(res)
      credentials.forget(res)
      leave()
      if (open.count() > 0) return
      stopBeating?.()
      stopBeating = undefined
    })
    return stop
  }

  const pump = async <Item>(res: ServerResponse, leave: () => void, beginning: Beginning<Item>) => {
    const { kind, opening, items, render } = beginning
    const stop = enter(res, kind, leave)
    // At once: who is cut off before it came has lost its place.
    res.write(opening)
    const steps = items(stop)[Symbol.asyncIterator]()
    try {
      // The first step alone is worth a turn: up to a hundred chats are looked at.
      for (let step = await turn(() => steps.next()); !step.done; step = await steps.next()) {
        const { value } = step
        const isSent = send(res, () => render(value))
        if (isSent !== true && !(await isSent)) return
      }
    } finally {
      await steps.return?.()
    }
    open.finish(res, 'complete')
  }

  const stream =
    <Item>(beginning: Beginning<Item>, leave: () => void) =>
    (res: ServerResponse) => {
      // Whoever went away while the answer was made closes it no more.
      if (ending || res.destroyed || res.req.method === 'HEAD') {
        leave()
        return void res.end()
      }
      pump(res, leave, beginning).catch((error: unknown) => {
        // What fails after the head was sent can only end the stream: its reader resumes.
        if (!res.destroyed) onFailure('stream', error)
        open.because(res, 'failed')
        res.destroy()
      })
    }

  return {
    begin:
      <Refused, Item>(beginning: TE.TaskEither<Refused, Beginning<Item>>, caller: Caller) =>
      async () => {
        if (ending) return E.left({ kind: 'TooManyStreams', limit: limits.streams })
        const taken = room.take(caller)
        if (E.isLeft(taken)) return taken
        const leave = taken.right
        let begun: E.Either<Refused, Beginning<Item>> | undefined
        try {
          const result = await beginning()
          begun = result
          return E.map((one: Beginning<Item>) => ({ status: 200, headers: HEADERS, stream: stream(one, leave) }))(
            result,
          )
        } finally {
          if (!begun || E.isLeft(begun)) leave()
        }
      },
    open: open.count,
    ofKind: open.ofKind,
    ended: open.ended,
    limit: limits.streams,
    end: () => {
      ending = true
      for (const res of open.all()) open.finish(res, 'stopping')
    },
  }
}
