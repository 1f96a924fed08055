import { expect } from 'chai'
import { type Schema, schemaTypes } from './schema-types.ts'

/** The type of a member with the schema, as it is written. */
const typeOf = (schema: Schema, others: Readonly<Record<string, Schema>> = {}): string => {
  const A: Schema = { type: 'object', properties: { a: schema }, required: ['a'] }
  const [text = ''] = schemaTypes({ A, ...others }, new Set(['A']))
  return /^export interface A \{ (.*) \}$/s.exec(text)?.[1]?.replace(/readonly a: /, '') ?? text
}

const to = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

describe('A type made from a schema', () => {
  const types: Record<string, readonly [schema: Schema, type: string]> = {
    'a whole number': [{ type: 'integer' }, 'number'],
    'a number': [{ type: 'number' }, 'number'],
    'a text': [{ type: 'string' }, 'string'],
    'a yes or no': [{ type: 'boolean' }, 'boolean'],
    'a constant': [{ type: 'string', const: 'ok' }, '"ok"'],
    'one of some values': [{ type: 'string', enum: ['asc', 'desc'] }, '"asc" | "desc"'],
    'what may be null, with anyOf': [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    'what may be null, with two types': [{ type: ['string', 'null'] }, 'string | null'],
    'one of several': [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, 'string | number'],
    'a list': [{ type: 'array', items: { type: 'string' } }, 'readonly (string)[]'],
    'an object of which nothing is known': [
      { type: 'object', additionalProperties: true },
      '{ readonly [name: string]: unknown }',
    ],
    'an object': [{ type: 'object', properties: { id: { type: 'integer' } } }, '{ readonly id?: number }'],
  }
  for (const [what, [schema, type]] of Object.entries(types))
    it(`is right for ${what}`, () => {
      expect(typeOf(schema)).to.equal(type)
    })

  it('names objects and lists of values, and writes out what is behind any other reference', () => {
    expect(typeOf(to('B'), { B: { type: 'object' } })).to.equal('B')
    expect(typeOf(to('B'), { B: { enum: ['x'] } })).to.equal('B')
    expect(typeOf(to('B'), { B: { type: 'array', items: to('C') }, C: { type: 'object' } })).to.equal('readonly (C)[]')
  })

  it('bears the description beside the reference, or else that behind it', () => {
    const B: Schema = { type: 'integer', description: 'A number.' }
    expect(typeOf(to('B'), { B })).to.equal('/** A number. */\nnumber')
    expect(typeOf({ ...to('B'), description: 'Its number.' }, { B })).to.equal('/** Its number. */\nnumber')
  })

  it('has the values of a closed list at run time too', () => {
    expect(schemaTypes({ CheckResult: { enum: ['ok', 'failing'] } }, new Set(['CheckResult']))).to.deep.equal([
      `/** Every \`CheckResult\`. */
export const checkResults = ["ok", "failing"] as const

export type CheckResult = (typeof checkResults)[number]`,
    ])
  })

  it('is refused where it would be wrong', () => {
    expect(() => typeOf({ allOf: [{ type: 'string' }] } as Schema)).to.throw('allOf')
    for (const schema of [
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'object', properties: { id: { type: 'integer' } }, additionalProperties: true },
    ])
      expect(() => typeOf(schema)).to.throw('additionalProperties')
    expect(() => typeOf({})).to.throw('no type')
    expect(() => typeOf(to('Nobody'))).to.throw('#/components/schemas/Nobody is no schema')
  })
})
