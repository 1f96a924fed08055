import { expect } from 'chai'
import fc from 'fast-check'
import { partsOf, TOKEN_LIMIT } from '../../../src/infrastructure/auth/token-parts.ts'
import { left, right } from '../../fixtures.ts'
import { CLAIMS, forged } from './tokens.ts'

const none = () => 'x'

describe('The parts of a token', () => {
  it('are its algorithm, the name of its key and its claims', () => {
    const parts = right(partsOf(forged({ alg: 'ES256', kid: 'one', jku: 'x' }, CLAIMS, none)))
    expect(parts).to.deep.equal({ alg: 'ES256', kid: 'one', claims: CLAIMS })
    expect(right(partsOf(forged({}, {}, none)))).to.deep.equal({ alg: undefined, kid: undefined, claims: {} })
  })

  it('are three', () => {
    const token = forged({}, {}, none)
    for (const other of [`${token}.`, `${token}.e30`, `${token}.e30.e30`, `.${token}`, token.replace(/\.[^.]*$/, '')])
      expect(left(partsOf(other))).to.equal('The token is not a JSON Web Token')
  })

  it('are UTF-8', () => {
    expect(left(partsOf(forged({}, Buffer.from('{"sub":"ada","more":"\xff"}', 'latin1'), none)))).to.match(
      /JSON objects/,
    )
    right(partsOf(forged({}, '{"sub":"ada","more":"ÿ"}', none)))
  })

  it('name the key by a string', () => {
    for (const kid of [7, null, ['one'], {}]) expect(left(partsOf(forged({ kid }, {}, none)))).to.match(/kid/)
  })

  it('are read up to a length', () => {
    const token = forged({}, {}, none)
    expect(left(partsOf(token.padEnd(TOKEN_LIMIT + 1, 'x')))).to.match(/longer than 8192/)
    expect(left(partsOf(token.padEnd(TOKEN_LIMIT, '=')))).to.not.match(/longer/)
  })

  it('are taken as they are from any object, and refused when one of its names comes again', () => {
    const anObject = fc.dictionary(fc.string(), fc.jsonValue())
    fc.assert(
      fc.property(anObject, fc.constantFrom(undefined, 1, '\t'), (claims, space) => {
        const text = JSON.stringify(claims, null, space)
        expect(right(partsOf(forged({}, text, none))).claims).to.deep.equal(JSON.parse(text))
        for (const name of Object.keys(claims)) {
          const twice = `{${JSON.stringify(name)} :{},${text.slice(1)}`
          expect(left(partsOf(forged({}, twice, none)))).to.match(/no name twice/)
        }
      }),
    )
  })

  it('are taken apart whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.base64String()), { maxLength: 6 }), (texts) => {
        partsOf(texts.join('.'))
        partsOf(texts.map((text) => Buffer.from(text).toString('base64url')).join('.'))
      }),
    )
  })
})
