import type { ServerResponse } from 'node:http'
import { isBehind, type Piece, writePiece } from './piece.ts'
import type { Turns } from './turns.ts'

/** Waits until the reader has read; false when it did not in time, or went away. */
const drained = (res: ServerResponse, patience: number) =>
  new Promise<boolean>((resolve) => {
    const { socket } = res
    // What was written in a later turn may be taken before its writer hears that it was written.
    if (!socket || !isBehind(res)) return resolve(!res.destroyed)
    const settle = (well: boolean) => {
      clearTimeout(timer)
      socket.off('drain', onDrain)
      res.off('close', onClose)
      resolve(well)
    }
    const onDrain = () => settle(true)
    const onClose = () => settle(false)
    const timer = setTimeout(() => settle(false), patience)
    socket.on('drain', onDrain)
    res.on('close', onClose)
  })

const isOver = (res: ServerResponse) => res.writableEnded || res.destroyed

/**
 * Sends pieces as the reader reads them, rendered when it is their turn and written in turns. False when the stream is over:
 * it was ended, its reader went away, or did not read for longer than `stall` milliseconds and was cut, of which
 * `onStall` is told before. The result is there at
 * once where nothing had to be waited for, for a promise for each of thousands takes longer than the writing.
 */
export const sending = (turn: Turns, stall: number, onStall: (res: ServerResponse) => void) => {
  const sendInTurn = async (res: ServerResponse, write: () => boolean, isTaken?: boolean): Promise<boolean> => {
    let taken = isTaken
    while (!isOver(res)) {
      if (taken ?? (await turn(write))) return !isOver(res)
      taken = undefined
      if (await drained(res, stall)) continue
      if (!isOver(res)) onStall(res)
      res.destroy()
    }
    return false
  }

  return (res: ServerResponse, render: () => readonly Piece[]): boolean | Promise<boolean> => {
    let pieces: readonly Piece[] | undefined
    let sent = 0
    /** Whether the reader keeps up. */
    const write = () => {
      if (isOver(res)) return true
      pieces ??= render()
      while (sent < pieces.length) if (!writePiece(res, pieces[sent++] as Piece)) return false
      return true
    }
    if (isOver(res)) return false
    const taken = turn.atOnce(write)
    return taken ? !isOver(res) : sendInTurn(res, write, taken)
  }
}
