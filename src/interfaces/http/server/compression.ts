import zlib from 'node:zlib'
import * as E from 'fp-ts/lib/Either.js'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { MAX_BODY_BYTES } from '../endpoint/limits.ts'

/** Undoes one encoding of content, as far as a body may be long. */
type Decompress = (bytes: Buffer, done: (body: E.Either<ProtocolFailure, Buffer>) => void) => void

type Decompression = (
  bytes: Buffer,
  options: typeof OPTIONS,
  done: (error: Error | null, result: Buffer) => void,
) => void

const OPTIONS = { maxOutputLength: MAX_BODY_BYTES }

const MALFORMED: ProtocolFailure = { kind: 'Malformed', detail: 'The body is not what its Content-Encoding says' }

const failureOf = (error: NodeJS.ErrnoException): ProtocolFailure =>
  error.code === 'ERR_BUFFER_TOO_LARGE' ? { kind: 'ContentTooLarge' } : MALFORMED

const decompressWith =
  (decompression: Decompression): Decompress =>
  (bytes, done) =>
    decompression(bytes, OPTIONS, (error, result) => done(error ? E.left(failureOf(error)) : E.right(result)))

/** How compressed bodies may come (RFC 9110, section 8.4.1), by the name of the encoding in lower case. */
export const decompressions: ReadonlyMap<string, Decompress> = new Map(
  Object.entries({ gzip: zlib.gunzip, deflate: zlib.inflate, br: zlib.brotliDecompress, zstd: zlib.zstdDecompress })
    // Node 20, which runs the messenger for tests, has no Zstandard.
    .filter(([, decompression]) => typeof decompression === 'function')
    .map(([name, decompression]) => [name, decompressWith(decompression)]),
)
