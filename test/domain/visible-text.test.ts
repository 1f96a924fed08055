import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { parseVisibleText } from '../../src/domain/visible-text.ts'
import { left, right } from '../fixtures.ts'

const kindOf = (raw: string, limit = 10) => left(parseVisibleText(raw, limit)).kind

describe('Visible text', () => {
  it('is trimmed before it is counted, and counted in code points', () => {
    expect(right(parseVisibleText(`\n  ${'😀'.repeat(10)}\ufeff`, 10))).to.equal('😀'.repeat(10))
    expect(kindOf('😀'.repeat(11))).to.equal('TextTooLong')
    expect(kindOf('x'.repeat(21))).to.equal('TextTooLong')
  })

  it('keeps line breaks, accents as they came, joined emoji and the marks of right-to-left scripts', () => {
    for (const text of ['a\r\n\nb', 'e\u0301', '👩‍👩‍👧‍👦', '❤️', '\u202bשלום'])
      expect(right(parseVisibleText(text, 100))).to.equal(text)
  })

  it('says which rule it breaks', () => {
    expect(kindOf(' \t\u3000')).to.equal('TextBlank')
    expect(kindOf('a\0')).to.equal('TextMalformed')
    expect(kindOf('\ud83d')).to.equal('TextMalformed')
    for (const text of [
      '\u200b',
      '\u2060',
      '\u00ad',
      '\u034f',
      '\u061c',
      '\u115f',
      '\u2800',
      '\u3164',
      '\uffa0',
      '\u0007',
    ])
      expect(kindOf(text), text).to.equal('TextInvisible')
  })

  it('is the same when it is parsed again', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (raw) => {
        const parsed = parseVisibleText(raw, 20)
        return E.isLeft(parsed) || right(parseVisibleText(parsed.right, 20)) === parsed.right
      }),
    ))
})
