import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../../src/interfaces/http/endpoint/limits.ts'
import { readBody } from '../../src/interfaces/http/server/body.ts'
import { nestsDeeper } from '../../src/interfaces/http/server/json.ts'

type Headers = Readonly<Record<string, string>>

const JSON_TYPE = { 'content-type': 'application/json' }

/** What is read of a body that comes in such chunks: a value, or the kind of failure. */
const read = (chunks: readonly (string | Uint8Array)[], headers: Headers = JSON_TYPE) => {
  const req = Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), { headers, method: 'POST' })
  return new Promise<unknown>((resolve) =>
    readBody(req as unknown as IncomingMessage, (body) => resolve(E.isLeft(body) ? body.left.kind : body.right)),
  )
}

describe('A body', () => {
  it('is the value of its JSON, however it is cut', async () => {
    const text = '{"text":"Bring the tea 🫖"}'
    const value = { text: 'Bring the tea 🫖' }
    expect(await read([text])).to.deep.equal(value)
    expect(await read(Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte)))).to.deep.equal(value)
    expect(await read([`\u{feff}${text}`]), 'after a byte order mark').to.deep.equal(value)
    for (const text of ['null', '0', '"x"', '[]']) expect(await read([text])).to.deep.equal(JSON.parse(text))
  })

  it('is nothing when nothing was sent, a lone byte order mark or an empty chunk', async () => {
    for (const chunks of [[], [''], ['\u{feff}']]) expect(await read(chunks)).to.equal(undefined)
    expect(await read([], {}), 'of no type').to.equal(undefined)
    expect(await read([gzipSync('')], { ...JSON_TYPE, 'content-encoding': 'gzip' })).to.equal(undefined)
  })

  it('may be compressed', async () => {
    const compressed: [string, Buffer][] = [
      ['gzip', gzipSync('{"a":1}')],
      ['GZip', gzipSync('{"a":1}')],
      ['deflate', deflateSync('{"a":1}')],
      ['br', brotliCompressSync('{"a":1}')],
      ['identity', Buffer.from('{"a":1}')],
    ]
    for (const [encoding, bytes] of compressed)
      expect(await read([bytes], { ...JSON_TYPE, 'content-encoding': encoding }), encoding).to.deep.equal({ a: 1 })
  })

  it('is refused in another encoding, or one that it does not have', async () => {
    const encoded = (encoding: string) => read(['{"a":1}'], { ...JSON_TYPE, 'content-encoding': encoding })
    for (const encoding of ['compress', 'gzip, gzip', 'x-made-up', 'constructor'])
      expect(await encoded(encoding), encoding).to.equal('UnsupportedMediaType')
    for (const encoding of ['gzip', 'deflate', 'br']) expect(await encoded(encoding), encoding).to.equal('Malformed')
  })

  it('is refused in another type, before it is looked at', async () => {
    for (const type of ['', 'text/plain', 'application/json; charset=utf-16', 'application/xml'])
      expect(await read(['{"'], { 'content-type': type }), type).to.equal('UnsupportedMediaType')
  })

  it('is refused when it is too large, as it comes or once decompressed', async () => {
    const ofBytes = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
    expect(await read([ofBytes(MAX_BODY_BYTES)])).to.have.length(MAX_BODY_BYTES - 2)
    expect(await read([ofBytes(MAX_BODY_BYTES + 1)])).to.equal('ContentTooLarge')
    expect(await read(Array<string>(1000).fill('x'.repeat(MAX_BODY_BYTES)))).to.equal('ContentTooLarge')
    const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' }
    expect(await read([gzipSync(ofBytes(MAX_BODY_BYTES))], gzip)).to.have.length(MAX_BODY_BYTES - 2)
    expect(await read([gzipSync(ofBytes(MAX_BODY_BYTES + 1))], gzip)).to.equal('ContentTooLarge')
    expect(await read([gzipSync(ofBytes(50_000_000))], gzip), 'a bomb').to.equal('ContentTooLarge')
  })

  it('is refused when it is no JSON in UTF-8, or nests too deep', async () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    for (const body of ['{"title":"', '{', 'nul', '{}{}', Uint8Array.of(0x22, 0xff, 0x22), nested(MAX_BODY_DEPTH + 1)])
      expect(await read([body]), String(body)).to.equal('Malformed')
    expect(await read([nested(MAX_BODY_DEPTH)])).to.be.an('array')
  })

  it('is never answered for when its client goes away', async () => {
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

describe('The depth of a JSON text', () => {
  const deeper = (text: string, limit: number) => nestsDeeper(Buffer.from(text), limit)

  it('counts brackets and braces, open at one time', () => {
    expect(deeper('[{"a":[1]}]', 3)).to.equal(false)
    expect(deeper('[{"a":[1]}]', 2)).to.equal(true)
    expect(deeper('[[],[],{},{}]', 2)).to.equal(false)
  })

  it('does not count those in strings, whatever is escaped before them', () => {
    for (const text of ['["[[[["]', String.raw`["\"[[[["]`, String.raw`["\\\"[[[["]`, String.raw`{"\"[{":"\\"}`])
      expect(deeper(text, 1), text).to.equal(false)
    for (const text of [String.raw`["\\",[[]]]`, String.raw`["\"",[[]]]`, String.raw`["\\\\",[[]]]`])
      expect(deeper(text, 2), text).to.equal(true)
  })
})
