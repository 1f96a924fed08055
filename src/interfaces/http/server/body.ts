import type { IncomingMessage } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { MAX_BODY_BYTES } from '../endpoint/limits.ts'
import { decompressions } from './compression.ts'
import { readJson } from './json.ts'
import { expectsContinue } from './request-head.ts'

/** What was sent, undefined for nothing, or why it cannot be taken. */
export type Body = E.Either<ProtocolFailure, unknown>

/** Bytes of a body that is on its way: an encoding that gains nothing adds to what it encodes. */
const MAX_ENCODED_BYTES = 2 * MAX_BODY_BYTES

const JSON_IN_UTF8 = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i

const NO_BODY: Body = E.right(undefined)

/** In lower case; none, when the body is as it is. */
const encodingOf = ({ headers: { 'content-encoding': encoding = '' } }: IncomingMessage) => {
  const name = encoding.toLowerCase()
  return name === 'identity' ? '' : name
}

/** Why a body of so many bytes, one at the least, cannot be taken, as far as the head of its request tells. */
const refusalOf = (req: IncomingMessage, size: number): ProtocolFailure | undefined => {
  const { headers, method = '' } = req
  const encoding = encodingOf(req)
  if (!JSON_IN_UTF8.test(headers['content-type'] ?? '') || (encoding !== '' && !decompressions.has(encoding)))
    return { kind: 'UnsupportedMediaType', method }
  return size > (encoding === '' ? MAX_BODY_BYTES : MAX_ENCODED_BYTES) ? { kind: 'ContentTooLarge' } : undefined
}

/**
 * Why the body cannot be taken, told by the head alone: of a client that waits for a word before it sends the body, and of
 * one that is about to send too much. Any other is heard to its end first.
 */
export const announcedRefusal = (req: IncomingMessage): ProtocolFailure | undefined => {
  const length = Number(req.headers['content-length'] ?? 0)
  return length > MAX_BODY_BYTES || expectsContinue(req) ? refusalOf(req, length) : undefined
}

const understand = (req: IncomingMessage, chunks: Buffer[], size: number, done: (body: Body) => void) => {
  if (size === 0) return done(NO_BODY)
  const refusal = refusalOf(req, size)
  if (refusal) return done(E.left(refusal))
  const bytes = (chunks.length === 1 && chunks[0]) || Buffer.concat(chunks)
  const decompress = decompressions.get(encodingOf(req))
  if (!decompress) return done(readJson(bytes))
  decompress(bytes, (decompressed) => done(pipe(decompressed, E.flatMap(readJson))))
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
