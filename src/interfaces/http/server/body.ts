import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type RequestHandler } from 'express'
import { type Asked, type Endpoint, sendProblem } from '../endpoint/endpoint.ts'
import type { Failure } from '../endpoint/failure.ts'
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../endpoint/limits.ts'

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

/** What JSON.parse would mend in silence (invalid UTF-8), or later code would trip over (deep nesting). */
const objectionTo = (bytes: Buffer): string | undefined => {
  if (!isUtf8(bytes)) return 'The body is not valid UTF-8'
  return nestsDeeper(bytes, MAX_BODY_DEPTH) ? `The body nests deeper than ${MAX_BODY_DEPTH} levels` : undefined
}

const verify = (_req: unknown, _res: unknown, bytes: Buffer) => {
  const objection = objectionTo(bytes)
  if (objection !== undefined) throw Object.assign(new Error(objection), { status: 400, readable: true })
}

export const NOT_JSON: Failure = { kind: 'Malformed', detail: 'The body is not valid JSON' }

const JSON_IN_UTF8 = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i

const parse: RequestHandler = express.json({ limit: MAX_BODY_BYTES, strict: false, type: () => true, verify })

/** Reads a JSON body into `req.body`; a request without a body has none, which its codec will miss. */
export const readBody: RequestHandler = (req, res, next) => {
  const { 'content-length': length, 'transfer-encoding': encoding, 'content-type': type = '' } = req.headers
  if ((length === undefined || length === '0') && encoding === undefined) next()
  else if (JSON_IN_UTF8.test(type)) parse(req, res, next)
  else sendProblem(res, { kind: 'UnsupportedMediaType', method: req.method })
}

const PLAIN_LENGTH = /^[1-9][0-9]{0,4}$/

/** Whether the request has a body of JSON as it is, no longer than allowed. */
export const hasPlainBody = ({ headers }: IncomingMessage): boolean => {
  const { 'content-length': length = '', 'content-encoding': encoding, 'content-type': type = '' } = headers
  return (
    PLAIN_LENGTH.test(length) && Number(length) <= MAX_BODY_BYTES && encoding === undefined && JSON_IN_UTF8.test(type)
  )
}

const BYTE_ORDER_MARK = /^\uFEFF/

/** Reads such a body into `req.body`, then lets the endpoint answer. To be told of a client that goes away is no use. */
export const readPlainBody = (req: Asked, res: ServerResponse, endpoint: Endpoint): void => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    const objection = objectionTo(bytes)
    if (objection !== undefined) return sendProblem(res, { kind: 'Malformed', detail: objection })
    try {
      req.body = JSON.parse(bytes.toString().replace(BYTE_ORDER_MARK, ''))
    } catch {
      return sendProblem(res, NOT_JSON)
    }
    endpoint(req, res)
  })
}
