import type { Told } from '../../../application/following/happening.ts'
import type { Signal } from '../../../application/ports/signals.ts'
import type { Change } from '../../../domain/chat/change.ts'
import { isTombstone } from '../../../domain/chat/message.ts'
import { chatView, membershipView, messageView, tombstoneView } from '../chats/views.ts'
import { type Piece, pieceOf } from './piece.ts'

/** Bytes after which a piece is sent off: about what a socket buffers. */
const PIECE = 16_384

/** Milliseconds after which a client that was cut off comes back. */
const RETRY_MS = 1000

/**
 * A comment alone, without the blank line that would end a block: there are libraries that hand empty blocks to whoever
 * listens (fetch-event-source, sseclient), where they are taken for JSON.
 */
export const HEARTBEAT = pieceOf(':\n')

const id = (value: string | undefined) => (value === undefined ? '' : `id: ${value}\n`)

/** JSON writes line breaks as escapes, so data is always one line and ids are ours: nothing a client sends ends a field. */
export const bodyOf = (event: string, json: string): string => `event: ${event}\ndata: ${json}\n\n`

const body = (event: string, data: unknown) => bodyOf(event, JSON.stringify(data))

/**
 * Sets the client's last event id before anything happened, so that whoever is cut off before that loses nothing either. By
 * the standard an `id` alone would do; but there are libraries that take it from events only (event-source-polyfill,
 * eventsource), so it comes with one, under a name of its own that wakes nobody who listens for messages.
 */
export const openingBlock = (place: string): string => `retry: ${RETRY_MS}\n${id(place)}${body('begin', {})}`

const dataOf = (change: Change) => {
  if (change.kind === 'chat') return chatView(change.chat)
  if (change.kind === 'member') return membershipView(change.member)
  return isTombstone(change.message) ? tombstoneView(change.message) : messageView(change.message)
}

/** The blocks of changes but for their ids: the same for all followers. */
export const bodiesOf = (changes: readonly Change[]): readonly string[] =>
  changes.map((change) => body(change.kind, dataOf(change)))

export const withId = (place: string, body: string): string => id(place) + body

/** Without an id: there is no place after it. */
export const removedBlock = ({ chatId }: Told & { kind: 'removed' }, place?: string): string =>
  id(place) + body('chat_deleted', { id: chatId })

/** Blocks put together into pieces. */
export const inPieces = (blocks: readonly string[]): readonly Piece[] => {
  const pieces: Piece[] = []
  let piece = ''
  for (const next of blocks) {
    piece += next
    if (piece.length < PIECE) continue
    pieces.push(pieceOf(piece))
    piece = ''
  }
  if (piece !== '') pieces.push(pieceOf(piece))
  return pieces
}

/** The frames of one chat's changes, each under its revision: the same bytes for all of its followers. */
export const framesOf = (changes: readonly Change[]): readonly Piece[] => {
  const bodies = bodiesOf(changes)
  return inPieces(changes.map(({ revision }, index) => withId(String(revision), bodies[index] ?? '')))
}

const signalBody = (signal: Signal): string => {
  const of = { chat_id: signal.chatId, user_id: signal.userId }
  return body(signal.kind, signal.kind === 'typing' ? of : { ...of, read_message_id: signal.readMessageId })
}

/** The frames of signals, the same bytes for all who hear them: without ids, for a client's place is not moved by them. */
export const signalFrames = (signals: readonly Signal[]): readonly Piece[] => inPieces(signals.map(signalBody))
