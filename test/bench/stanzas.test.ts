import { expect } from 'chai'
import fc from 'fast-check'
import { stanzaReader } from '../../bench/ejabberd/stanzas.ts'

const HEADER = `<stream:stream id='1' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
const ECHO = `<message from='room/a' id='m.1'><archived by='room' id='7'/><body>Tea &amp; &lt;maps&gt;</body></message>`
const PAGE_ENTRY = `<message><result id='1'><forwarded><message><body>at seven?</body></message></forwarded></result></message>`
const STANZAS = [
  HEADER,
  `<stream:features><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>`,
  `<success/>`,
  ECHO,
  PAGE_ENTRY,
  `<presence note="it's > and <tea/>" other='say "x>"'/>`,
  `</stream:stream>`,
]
const SENT = `<?xml version='1.0'?>${STANZAS.join('\n ')}`

const readIn = (chunks: readonly string[]): readonly string[] => {
  const told: string[] = []
  const read = stanzaReader((stanza) => told.push(stanza))
  chunks.forEach(read)
  return told
}

/** The text in pieces that end at the places. */
const cutAt = (text: string, places: readonly number[]): readonly string[] => {
  const ends = [...places.map((place) => place % text.length), text.length].sort((a, b) => a - b)
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end))
}

describe('A reader of stanzas', () => {
  it('tells the children of the stream whole, with what is nested in them, and the ends of the stream', () => {
    expect(readIn([SENT])).to.deep.equal(STANZAS)
  })

  it('tells the same however what arrives was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
        expect(readIn(cutAt(SENT, places))).to.deep.equal(STANZAS)
      }),
    )
    expect(readIn(Array.from(SENT))).to.deep.equal(STANZAS)
  })

  it('tells a stanza as soon as its last character is there', () => {
    const told: string[] = []
    const read = stanzaReader((stanza) => told.push(stanza))
    read(HEADER + ECHO.slice(0, -1))
    expect(told).to.deep.equal([HEADER])
    read('>')
    expect(told).to.deep.equal([HEADER, ECHO])
  })

  it('begins anew when the server opens the stream again, as it does after a login', () => {
    expect(readIn([HEADER, '<success/>', `<?xml version='1.0'?>${HEADER}`, '<features/>'])).to.deep.equal([
      HEADER,
      '<success/>',
      HEADER,
      '<features/>',
    ])
  })
})
