import type { ServerResponse } from 'node:http'

/** What is sent in one go, as a chunk of a message (RFC 9112, section 7.1) and, part of it, as it is without. */
export interface Piece {
  readonly chunk: Buffer
  readonly data: Buffer
}

export const pieceOf = (text: string): Piece => {
  const size = `${Buffer.byteLength(text).toString(16)}\r\n`
  const chunk = Buffer.from(`${size}${text}\r\n`)
  return { chunk, data: chunk.subarray(size.length, -2) }
}

/**
 * Writes a piece of a response that has begun; false when its reader should be waited for. Node would frame the same bytes
 * anew for each of thousands of readers, in three writes each. HTTP/1.0, which proxies still speak, has no chunks.
 */
export const writePiece = (res: ServerResponse, { chunk, data }: Piece): boolean =>
  res.chunkedEncoding && res.socket ? res.socket.write(chunk) : res.write(data)

/** Whether the reader has yet to take what was written. */
export const isBehind = (res: ServerResponse): boolean => res.socket?.writableNeedDrain ?? res.writableNeedDrain
