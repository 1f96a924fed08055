import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { canonicalJson, isSame, Metadata } from '../../src/domain/metadata.ts'
import { left, right } from '../fixtures.ts'

const read = (json: string) => Metadata.parse(JSON.parse(json))
const kindOf = (json: string) => left(read(json)).kind

/** Objects in each other, as many as there are levels. */
const nested = (levels: number, inner = '1') => `${'{"a":'.repeat(levels)}${inner}${'}'.repeat(levels)}`
/** An object whose compact JSON has so many bytes. */
const ofBytes = (bytes: number, char = 'x') => {
  const room = bytes - Buffer.byteLength('{"a":""}')
  const width = Buffer.byteLength(char)
  return `{"a":"${'x'.repeat(room % width)}${char.repeat(Math.floor(room / width))}"}`
}

/** The same fields the other way round, at every level. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const turned = Object.entries(value).reverse()
  return JSON.parse(
    `{${turned.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(reversed(one))}`).join()}}`,
  )
}

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  '',
  '1',
]
const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'grapheme', maxLength: 3 }))
const { value: anyJson } = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, -0, 0, 1e21, 5e-324, Number.MAX_VALUE),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme', maxLength: 5 }),
    fc.array(again('value'), { maxLength: 3 }),
    again('object'),
  ),
  object: fc
    .array(fc.tuple(name, again('value')), { maxLength: 4 })
    .map(
      (fields) =>
        JSON.parse(
          `{${fields.map(([field, one]) => `${JSON.stringify(field)}:${JSON.stringify(one)}`).join()}}`,
        ) as unknown,
    ),
}))
const anyObject = fc.array(fc.tuple(name, anyJson), { maxLength: 4 }).map((fields) => {
  const texts = fields.map(([field, one]) => `${JSON.stringify(field)}:${JSON.stringify(one)}`)
  return `{${texts.join(',')}}`
})

describe('Metadata', () => {
  it('is an object, and nothing else that JSON has', () => {
    for (const json of ['null', '1', '"{}"', 'true', '[]', '[{}]'])
      expect(kindOf(json), json).to.equal('MetadataNotObject')
    expect(left(Metadata.parse(undefined)).kind).to.equal('MetadataNotObject')
    for (const json of ['{}', '{"a":null}', '{"a":[]}']) expect(JSON.stringify(right(read(json)))).to.equal(json)
  })

  it('has at most 4096 bytes, as compact JSON in UTF-8, however it was written', () => {
    for (const char of ['x', 'é', '€', '😀']) {
      expect(E.isRight(read(ofBytes(Metadata.MOST_BYTES, char))), char).to.equal(true)
      expect(kindOf(ofBytes(Metadata.MOST_BYTES + 1, char)), char).to.equal('MetadataTooLong')
    }
    const loose = ofBytes(Metadata.MOST_BYTES).replace(':', `:${' '.repeat(5000)}`)
    expect(E.isRight(read(loose))).to.equal(true)
    expect(
      E.isRight(read(`{"a":"${'\\u0078'.repeat(Metadata.MOST_BYTES - 8)}"}`)),
      'escapes that need not be',
    ).to.equal(true)
    expect(kindOf(`{"a":"${'\u007f'.repeat(Metadata.MOST_BYTES - 8)}x"}`)).to.equal('MetadataTooLong')
    expect(kindOf(`{"a":"${'\\u0001'.repeat(700)}"}`), 'escapes that need be').to.equal('MetadataTooLong')
  })

  it('has at most 8 levels of objects and arrays, itself among them', () => {
    for (const inner of ['1', '"x"', 'null']) {
      expect(E.isRight(read(nested(Metadata.MOST_LEVELS, inner))), inner).to.equal(true)
      expect(kindOf(nested(Metadata.MOST_LEVELS + 1, inner)), inner).to.equal('MetadataTooDeep')
    }
    for (const empty of ['{}', '[]']) {
      expect(E.isRight(read(nested(Metadata.MOST_LEVELS - 1, empty))), empty).to.equal(true)
      expect(kindOf(nested(Metadata.MOST_LEVELS, empty)), empty).to.equal('MetadataTooDeep')
    }
    expect(kindOf(nested(1, `${'['.repeat(8)}${']'.repeat(8)}`))).to.equal('MetadataTooDeep')
    expect(kindOf(nested(2000)), 'deeper than a stack').to.equal('MetadataTooDeep')
  })

  it('has well-formed names and texts without U+0000, at every level', () => {
    for (const bad of ['\\ud800', '\\udc00', 'x\\udc00\\ud800', '\\u0000', 'x\\u0000']) {
      expect(kindOf(`{"a":"${bad}"}`), bad).to.equal('MetadataMalformed')
      expect(kindOf(`{"${bad}":1}`), bad).to.equal('MetadataMalformed')
      expect(kindOf(`{"a":[{"b":{"${bad}":1}}]}`), bad).to.equal('MetadataMalformed')
      expect(kindOf(nested(Metadata.MOST_LEVELS, `"${bad}"`)), bad).to.equal('MetadataMalformed')
    }
    expect(E.isRight(read('{"\\ud83d\\ude00":"\\uFFFF \\u0001 \\u202e"}'))).to.equal(true)
  })

  it('has numbers that come back as numbers', () => {
    for (const number of ['1e400', '-1e400']) expect(kindOf(`{"a":[${number}]}`), number).to.equal('MetadataNumber')
    const kept = {
      '-0': '0',
      '1.0': '1',
      '1e2': '100',
      '9007199254740993': '9007199254740992',
      '1e-400': '0',
      '1e21': '1e+21',
    }
    for (const [sent, shown] of Object.entries(kept))
      expect(JSON.stringify(right(read(`{"a":${sent}}`))), sent).to.equal(`{"a":${shown}}`)
  })

  it('has names of its own that are names of the language, and touches no prototype', () => {
    const json = `{${NAMES.slice(0, -1)
      .map((one) => `"${one}":{"polluted":{"__proto__":{"polluted":1}}}`)
      .join(',')}}`
    const metadata = right(read(json))
    expect(JSON.stringify(metadata)).to.equal(json)
    expect(Object.getPrototypeOf(metadata)).to.equal(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
    expect(isSame(metadata, right(read('{}')))).to.equal(false)
    expect(isSame(right(read('{"__proto__":{}}')), Metadata.NONE)).to.equal(false)
    expect(isSame(right(read('{"__proto__":{"a":1}}')), right(read('{"__proto__":{"a":2}}')))).to.equal(false)
  })

  it('keeps the order of its fields, but for whole numbers; of one name the last counts', () => {
    expect(JSON.stringify(right(read('{"z":1,"a":{"y":1,"b":2},"10":1,"2":1}')))).to.equal(
      '{"2":1,"10":1,"z":1,"a":{"y":1,"b":2}}',
    )
    expect(JSON.stringify(right(read('{"a":1,"b":2,"a":3}')))).to.equal('{"a":3,"b":2}')
  })

  it('is the same in whatever order its fields are, and not in any other order of a list', () =>
    fc.assert(
      fc.property(anyObject, anyObject, (one, other) => {
        const [a, b] = [JSON.parse(one) as Metadata, JSON.parse(other) as Metadata]
        expect(isSame(a, reversed(a) as Metadata)).to.equal(true)
        expect(JSON.parse(canonicalJson(a))).to.deep.equal(JSON.parse(JSON.stringify(a)))
        // Compared by every field, and not by a text.
        const isEqual = (x: unknown, y: unknown): boolean => {
          if (typeof x !== 'object' || typeof y !== 'object' || !x || !y) return x === y
          const [names, others] = [Object.keys(x), Object.keys(y)]
          if (Array.isArray(x) !== Array.isArray(y) || names.length !== others.length) return false
          const fieldOf = (value: object, field: string) =>
            Object.getOwnPropertyDescriptor(value, field)?.value as unknown
          return names.every((field) => Object.hasOwn(y, field) && isEqual(fieldOf(x, field), fieldOf(y, field)))
        }
        expect(isSame(a, b)).to.equal(isEqual(a, b))
      }),
    ))

  it('comes back as it was sent, whatever JSON it is', () =>
    fc.assert(
      fc.property(anyObject, (json) => {
        const raw: unknown = JSON.parse(json)
        const parsed = Metadata.parse(raw)
        if (E.isLeft(parsed)) return
        expect(parsed.right).to.equal(raw)
        expect(JSON.stringify(parsed.right)).to.equal(JSON.stringify(raw))
        expect(right(Metadata.parse(JSON.parse(JSON.stringify(parsed.right))))).to.deep.equal(
          JSON.parse(JSON.stringify(raw)),
        )
      }),
    ))
})
