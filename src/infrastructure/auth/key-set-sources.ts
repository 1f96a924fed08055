import { readFile } from 'node:fs/promises'
import type { KeySetTimes, ReadKeySet } from './key-set.ts'

/** Milliseconds in which a key server must have answered, to the last byte. */
export const KEY_SERVER_DEADLINE_MS = 2000

/** Bytes. The sets of large issuers, with their certificates, have a tenth of it. */
const SET_LIMIT = 256 * 1024

const MINUTE = 60_000

/**
 * A key server is asked every five minutes, and every five seconds for a key that is not in its set. When it is gone the
 * set serves for an hour: about as long as tokens live, of which nobody gets new ones then.
 */
export const REMOTE_TIMES: KeySetTimes = { fresh: 5 * MINUTE, kept: 60 * MINUTE, pause: 1000, unknownPause: 5000 }

/** A file is read every five seconds rather than watched: mounted ones are replaced in ways that watching misses. */
export const FILE_TIMES: KeySetTimes = { fresh: 5000, kept: 60 * MINUTE, pause: 1000, unknownPause: 1000 }

const textWithin = async (limit: number, pieces: AsyncIterable<Uint8Array>): Promise<string> => {
  const read: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > limit) throw new Error(`the key server sent more than ${limit} bytes`)
    read.push(piece)
  }
  return Buffer.concat(read).toString('utf8')
}

/** A set behind a URL. It must answer with 200 there: who is trusted is not for the answer to say, so no redirect is followed. */
export const remoteKeySet =
  (url: string, deadline: number = KEY_SERVER_DEADLINE_MS): ReadKeySet =>
  async (signal) => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(deadline)]),
    })
    if (response.status === 200 && response.body) return textWithin(SET_LIMIT, response.body)
    await response.body?.cancel()
    throw new Error(`the key server answered with status ${response.status}`)
  }

/** A set in a file. */
export const fileKeySet =
  (path: string): ReadKeySet =>
  (signal) =>
    readFile(path, { encoding: 'utf8', signal })
