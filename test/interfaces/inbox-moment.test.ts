import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { parse } from 'yaml'
import { BEGINNING_OF_TIME, type Moment } from '../../src/application/ports/inboxes.ts'
import { MomentCodec, momentWord } from '../../src/interfaces/http/reading/inbox-moment.ts'
import { right } from '../fixtures.ts'

const { components } = parse(readFileSync('openapi.yaml', 'utf8')) as {
  readonly components: { readonly schemas: { readonly InboxMoment: { readonly pattern: string } } }
}
const DOCUMENTED = new RegExp(components.schemas.InboxMoment.pattern, 'u')

/** Times of the database, and those of a store that counts. */
const moments = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.nat({ max: 2 ** 48 - 1 })) as fc.Arbitrary<Moment>

describe('The word of a moment', () => {
  it('is one that openapi.yaml knows, and is read as that moment', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const word = momentWord(moment)
        expect(word).to.match(DOCUMENTED)
        expect(right(MomentCodec.decode(word))).to.equal(moment)
      }),
    )
  })

  it('is 0 for the beginning of time', () => {
    expect(momentWord(BEGINNING_OF_TIME)).to.equal('0')
  })

  it('has no other spelling, and what is none is refused', () => {
    const word = momentWord(1773473850932 as Moment)
    const spellings = [`${word}=`, `${word}A`, word.slice(1), `${word.slice(0, -1)}B`, ` ${word}`, `Ag${word.slice(2)}`]
    for (const other of [...spellings, 'AQAAAAAAAA', '', '00', '1', [word, word], 7, null, undefined])
      expect(E.isLeft(MomentCodec.decode(other)), String(other)).to.equal(true)
  })
})
