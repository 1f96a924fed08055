import { isUtf8 } from 'node:buffer'
import express, { type RequestHandler } from 'express'
import { sendProblem } from './endpoint.ts'

/** Bytes of a body after decompression. The longest text, all of it written as \uXXXX pairs, fits. */
const LIMIT = 65_536
const MAX_DEPTH = 32

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/** Whether the JSON text nests deeper than `limit`; says nothing of whether it is JSON. */
export const nestsDeeper = (bytes: Uint8Array, limit: number): boolean => {
  let depth = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (inString) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (OPENING.has(byte)) {
      if (++depth > limit) return true
    } else if (CLOSING.has(byte)) depth--
  }
  return false
}

/** Refuses what JSON.parse would mend in silence (invalid UTF-8) or later code would trip over (deep nesting). */
const verify = (_req: unknown, _res: unknown, bytes: Buffer) => {
  if (!isUtf8(bytes)) throw Object.assign(new Error('The body is not valid UTF-8'), { status: 400, readable: true })
  if (nestsDeeper(bytes, MAX_DEPTH))
    throw Object.assign(new Error(`The body nests deeper than ${MAX_DEPTH} levels`), { status: 400, readable: true })
}

const JSON_IN_UTF8 = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i

const parse: RequestHandler = express.json({ limit: LIMIT, strict: false, type: () => true, verify })

/** Reads a JSON body into `req.body`; a request without a body has none, which its codec will miss. */
export const readBody: RequestHandler = (req, res, next) => {
  const { 'content-length': length, 'transfer-encoding': encoding, 'content-type': type = '' } = req.headers
  if ((length === undefined || length === '0') && encoding === undefined) next()
  else if (JSON_IN_UTF8.test(type)) parse(req, res, next)
  else sendProblem(res, { kind: 'UnsupportedMediaType', method: req.method })
}
