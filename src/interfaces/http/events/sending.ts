import type { ServerResponse } from 'node:http'
import type { Turns } from './turns.ts'

/** Makes what is to be sent when it is its turn: whole blocks of the format, in pieces that fit a socket's buffer. */
export type Render = () => readonly Buffer[]

/** What a stream sends, one after another. */
export type Frames = (stop: AbortSignal) => AsyncIterable<Render>

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

const isOver = (res: ServerResponse) => res.writableEnded || res.destroyed

/**
 * Sends pieces as the reader reads them, rendered and written in turns. False when the stream is over: it was ended, its
 * reader went away, or did not read for longer than `stall` milliseconds and was cut.
 */
export const sending =
  (turn: Turns, stall: number) =>
  async (res: ServerResponse, render: Render): Promise<boolean> => {
    let pieces: readonly Buffer[] | undefined
    let sent = 0
    /** Whether the reader keeps up. */
    const write = () => {
      if (isOver(res)) return true
      pieces ??= render()
      while (sent < pieces.length) if (!res.write(pieces[sent++])) return false
      return true
    }
    while (!isOver(res)) {
      if (await turn(write)) return !isOver(res)
      if (await drained(res, stall)) continue
      res.destroy()
    }
    return false
  }
