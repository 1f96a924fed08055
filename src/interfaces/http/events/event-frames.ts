import type { Happening } from '../../../application/following/happenings.ts'
import type { Change } from '../../../domain/chat/change.ts'
import { isTombstone } from '../../../domain/chat/message.ts'
import { chatView, messageView, tombstoneView } from '../chats/views.ts'

/** Bytes after which a piece is sent off: about what a socket buffers. */
const PIECE = 16_384

/** JSON writes line breaks as escapes, so data is always one line and ids are ours: nothing a client sends ends a field. */
const block = (event: string, id: string | undefined, data: unknown) =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const dataOf = (change: Change) => {
  if (change.kind === 'chat') return chatView(change.chat)
  return isTombstone(change.message) ? tombstoneView(change.message) : messageView(change.message)
}

export const changeBlock = (change: Change, id: string): string => block(change.kind, id, dataOf(change))

/** Without an id: there is no place after it. */
export const removedBlock = ({ chatId }: Happening & { kind: 'removed' }, id?: string): string =>
  block('chat_deleted', id, { id: chatId })

/** Blocks put together into pieces. */
export const inPieces = (blocks: readonly string[]): readonly Buffer[] => {
  const pieces: Buffer[] = []
  let piece = ''
  for (const next of blocks) {
    piece += next
    if (piece.length < PIECE) continue
    pieces.push(Buffer.from(piece))
    piece = ''
  }
  if (piece !== '') pieces.push(Buffer.from(piece))
  return pieces
}

/** The frames of one chat's changes, each under its revision: the same bytes for all of its followers. */
export const framesOf = (changes: readonly Change[]): readonly Buffer[] =>
  inPieces(changes.map((change) => changeBlock(change, String(change.revision))))
