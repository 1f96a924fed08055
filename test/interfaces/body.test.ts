import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../../src/interfaces/http/endpoint/limits.ts'
import { type Body, readBody } from '../../src/interfaces/http/server/body.ts'
import { nestsDeeper } from '../../src/interfaces/http/server/json.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const EMPTY = Buffer.alloc(0)

/** What is read of a body that arrives in these pieces. */
const bodyOf = (pieces: readonly Buffer[], headers: IncomingMessage['headers'] = JSON_TYPE) =>
  new Promise<Body>((resolve) => {
    const req = Object.assign(Readable.from(pieces), { headers, method: 'POST' })
    readBody(req as unknown as IncomingMessage, resolve)
  })

const kindOf = async (...request: Parameters<typeof bodyOf>) => {
  const body = await bodyOf(...request)
  return E.isLeft(body) ? body.left.kind : 'read'
}

const padded = (bytes: number) => Buffer.from('{"title":"x"}'.padEnd(bytes))

describe('The reader of bodies', () => {
  const value = { title: 'Picnic 🫖' }
  const text = Buffer.from(JSON.stringify(value))

  it('reads JSON, however it is cut', async () => {
    expect(await bodyOf([text])).to.deep.equal(E.right(value))
    expect(await bodyOf(Array.from(text, (byte) => Buffer.of(byte)))).to.deep.equal(E.right(value))
  })

  const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync }
  for (const [encoding, compress] of Object.entries(compressions))
    it(`reads what ${encoding} compressed, and no more than a body may have`, async () => {
      const headers = { ...JSON_TYPE, 'content-encoding': encoding }
      const compressed = compress(text)
      expect(await bodyOf([compressed], headers)).to.deep.equal(E.right(value))
      expect(await bodyOf([compressed.subarray(0, 5), compressed.subarray(5)], headers)).to.deep.equal(E.right(value))
      expect(await kindOf([compress(padded(MAX_BODY_BYTES))], headers)).to.equal('read')
      expect(await kindOf([compress(padded(MAX_BODY_BYTES + 1))], headers)).to.equal('ContentTooLarge')
      expect(await kindOf([compress(Buffer.alloc(5_000_000, ' '))], headers)).to.equal('ContentTooLarge')
      for (const broken of [compressed.subarray(0, -6), text])
        expect(await kindOf([broken], headers)).to.equal('Malformed')
    })

  it('knows encodings in capitals, identity among them, and no others', async () => {
    const encoded = (encoding: string, bytes: Buffer) => kindOf([bytes], { ...JSON_TYPE, 'content-encoding': encoding })
    for (const encoding of ['identity', 'Identity', '']) expect(await encoded(encoding, text)).to.equal('read')
    expect(await encoded('GZIP', gzipSync(text))).to.equal('read')
    expect(await encoded('deflate', deflateRawSync(text))).to.equal('Malformed')
    for (const encoding of ['x-gzip', 'gzip, br', 'lzma', 'constructor'])
      expect(await encoded(encoding, gzipSync(text)), encoding).to.equal('UnsupportedMediaType')
  })

  it('takes JSON in UTF-8 alone', async () => {
    const typed = (type: string | undefined) => kindOf([text], type === undefined ? {} : { 'content-type': type })
    for (const type of ['application/json', 'Application/JSON ; charset="UTF-8"', 'application/json;charset=utf-8'])
      expect(await typed(type), type).to.equal('read')
    for (const type of [undefined, '', 'text/plain', 'application/jsonx', 'application/json; charset=utf-16'])
      expect(await typed(type), type).to.equal('UnsupportedMediaType')
  })

  it('takes as many bytes as a body may have', async () => {
    expect(await kindOf([padded(MAX_BODY_BYTES)])).to.equal('read')
    expect(await kindOf([padded(MAX_BODY_BYTES + 1)])).to.equal('ContentTooLarge')
    expect(await kindOf([padded(MAX_BODY_BYTES), Buffer.from(' ')])).to.equal('ContentTooLarge')
    expect(await kindOf(Array.from({ length: 100 }, () => padded(MAX_BODY_BYTES)))).to.equal('ContentTooLarge')
    const levelled = gzipSync(padded(MAX_BODY_BYTES), { level: 0 })
    expect(levelled.length).to.be.above(MAX_BODY_BYTES)
    expect(await kindOf([levelled], { ...JSON_TYPE, 'content-encoding': 'gzip' })).to.equal('read')
    const members = Array.from({ length: 10_000 }, () => gzipSync(''))
    expect(await kindOf(members, { ...JSON_TYPE, 'content-encoding': 'gzip' })).to.equal('ContentTooLarge')
  })

  it('refuses what is not UTF-8, nests too deep, or is no JSON', async () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
    expect(await kindOf([nested(MAX_BODY_DEPTH)])).to.equal('read')
    for (const [bytes, detail] of [
      [Buffer.of(0x22, 0xff, 0x22), 'The body is not valid UTF-8'],
      [nested(MAX_BODY_DEPTH + 1), 'The body nests deeper than 32 levels'],
      [Buffer.from('{'), 'The body is not valid JSON'],
      [Buffer.from(' '), 'The body is not valid JSON'],
      [Buffer.from('\u{feff}\u{feff}'), 'The body is not valid JSON'],
    ] as const)
      expect(await bodyOf([bytes])).to.deep.equal(E.left({ kind: 'Malformed', detail }))
  })

  it('passes over one byte order mark', async () => {
    expect(await bodyOf([Buffer.from('\u{feff}7')])).to.deep.equal(E.right(7))
  })

  it('takes nothing for no body, whatever it is said to be', async () => {
    const nothing: Parameters<typeof bodyOf>[] = [
      [[]],
      [[], {}],
      [[EMPTY], { 'content-type': 'text/plain' }],
      [[], { 'content-encoding': 'lzma' }],
      [[], { ...JSON_TYPE, 'content-encoding': 'gzip' }],
      [[gzipSync('')], { ...JSON_TYPE, 'content-encoding': 'gzip' }],
      [[Buffer.from('\u{feff}')]],
      [[gzipSync('\u{feff}')], { ...JSON_TYPE, 'content-encoding': 'gzip' }],
    ]
    for (const request of nothing) expect(await bodyOf(...request)).to.deep.equal(E.right(undefined))
  })

  it('reads a request to its end before it refuses it', async () => {
    for (const headers of [JSON_TYPE, { 'content-type': 'text/plain' }]) {
      const req = Object.assign(
        Readable.from([padded(MAX_BODY_BYTES), padded(MAX_BODY_BYTES), padded(MAX_BODY_BYTES)]),
        {
          headers,
          method: 'POST',
        },
      )
      const body = await new Promise<Body>((resolve) => readBody(req as unknown as IncomingMessage, resolve))
      expect(E.isLeft(body)).to.equal(true)
      expect(req.readableEnded).to.equal(true)
    }
  })

  it('never answers for a client that goes away', async () => {
    let answered = false
    const req = Object.assign(new Readable({ read: () => {} }), { headers: JSON_TYPE, method: 'POST' })
    req.push('{"a":')
    readBody(req as unknown as IncomingMessage, () => (answered = true))
    const closed = new Promise((resolve) => req.once('close', resolve))
    req.on('error', () => {})
    req.destroy(new Error('aborted'))
    await closed
    expect(answered).to.equal(false)
  })
})

describe('The depth of a body', () => {
  const deeper = (text: string, limit: number) => nestsDeeper(Buffer.from(text), limit)

  it('counts arrays and objects that are open at a time', () => {
    expect(deeper('[[],[],{"a":[]}]', 3)).to.equal(false)
    expect(deeper('[[],[],{"a":[]}]', 2)).to.equal(true)
    expect(deeper('7', 0)).to.equal(false)
    expect(deeper('[', 0)).to.equal(true)
  })

  it('does not count brackets in strings', () => {
    expect(deeper('"[[[["', 0)).to.equal(false)
    expect(deeper('{"[":"{"}', 1)).to.equal(false)
  })

  it('knows where a string ends: behind a quote that is not escaped', () => {
    expect(deeper(String.raw`"\"[[["`, 0)).to.equal(false)
    expect(deeper(String.raw`["\"[[[", 1]`, 1)).to.equal(false)
    expect(deeper(String.raw`["\\",[[]]]`, 2)).to.equal(true)
    expect(deeper(String.raw`["\\\"[",[]]`, 2)).to.equal(false)
    expect(deeper(String.raw`"\\"[[[`, 2)).to.equal(true)
    expect(deeper('"\\', 0)).to.equal(false)
  })
})
