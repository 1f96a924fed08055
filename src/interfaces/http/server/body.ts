import type { IncomingMessage } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { MAX_BODY_BYTES } from '../endpoint/limits.ts'
import { isJsonInUtf8 } from '../endpoint/media-types.ts'
import { decompressions } from './compression.ts'
import { readJson } from './json.ts'

/** What was sent, undefined for nothing, or why it cannot be taken. */
export type Body = E.Either<ProtocolFailure, unknown>

/** Bytes of a body that is on its way: an encoding that gains nothing adds to what it encodes. */
const MAX_ENCODED_BYTES = 2 * MAX_BODY_BYTES

const NO_BODY: Body = E.right(undefined)
const TOO_LARGE: Body = E.left({ kind: 'ContentTooLarge' })

const understand = (
  { headers, method = '' }: IncomingMessage,
  chunks: Buffer[],
  size: number,
  done: (body: Body) => void,
) => {
  if (size === 0) return done(NO_BODY)
  const { 'content-type': type = '', 'content-encoding': encoding = '' } = headers
  const unsupported = () => done(E.left({ kind: 'UnsupportedMediaType', method }))
  if (!isJsonInUtf8(type)) return unsupported()

  const bytes = () => (chunks.length === 1 && chunks[0]) || Buffer.concat(chunks)
  if (encoding === '' || encoding.toLowerCase() === 'identity')
    return done(size > MAX_BODY_BYTES ? TOO_LARGE : readJson(bytes()))
  const decompress = decompressions.get(encoding.toLowerCase())
  if (!decompress) return unsupported()
  if (size > MAX_ENCODED_BYTES) return done(TOO_LARGE)
  decompress(bytes(), (decompressed) => done(pipe(decompressed, E.flatMap(readJson))))
}

/**
 * Reads the JSON that a request sends, framed by a length or in chunks, compressed or not. A request is read to its end
 * before it is refused: the answer to a client that is still sending may be lost with the connection. When the client
 * goes away before that end, `done` is never called.
 */
export const readBody = (req: IncomingMessage, done: (body: Body) => void): void => {
  const chunks: Buffer[] = []
  let size = 0
  req.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_ENCODED_BYTES) chunks.push(chunk)
    else chunks.length = 0
  })
  req.on('end', () => understand(req, chunks, size, done))
}
