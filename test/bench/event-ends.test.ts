import { expect } from 'chai'
import fc from 'fast-check'
import { counterOf } from '../../bench/event-ends.ts'

const countedIn = (eventEnd: string, chunks: readonly Buffer[]): number => {
  let events = 0
  chunks.forEach(counterOf(eventEnd, (more) => (events += more)))
  return events
}

const pieces = (text: string, length: number): readonly Buffer[] => {
  const bytes = Buffer.from(text)
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.subarray(i * length, (i + 1) * length),
  )
}

const STREAMS = {
  '}\n\n': 'id: 1\nevent: message\ndata: {"text":"a } b"}\n\n: still here\n\nid: 2\nevent: message\ndata: {}\n\n',
  '</message>': '<presence/></mess<message>Grüße</message>\n<message></message>',
} as const

describe('The ends of events', () => {
  for (const [eventEnd, text] of Object.entries(STREAMS))
    it(`are counted each once, in pieces of any length: ${JSON.stringify(eventEnd)}`, () => {
      const ends = text.split(eventEnd).length - 1
      for (let length = 1; length <= text.length; length++)
        expect(countedIn(eventEnd, pieces(text, length)), `pieces of ${length}`).to.equal(ends)
    })

  it('are found in any mixture of their beginnings', () => {
    const parts = fc.array(fc.constantFrom('</mess', '</message>', 'age>', '<', '</', 'x', '>'), { maxLength: 30 })
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 15 }), (texts, length) => {
        const text = texts.join('')
        expect(countedIn('</message>', pieces(text, length))).to.equal(text.split('</message>').length - 1)
      }),
    )
  })
})
