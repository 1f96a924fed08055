import { expect } from 'chai'
import fc from 'fast-check'
import { type Block, blockReader } from '../../src/client/server-sent-events.ts'

const read = (...pieces: readonly string[]): readonly Block[] => {
  const reader = blockReader()
  return pieces.flatMap((piece) => reader(piece))
}
const block = (fields: Partial<Block>): Block => ({
  event: 'message',
  data: undefined,
  id: undefined,
  retry: undefined,
  ...fields,
})

describe('Reading an event stream', () => {
  it('takes fields with and without a space, and what is no field for nothing', () => {
    expect(
      read('event: chat\ndata:one\ndata:  two\ndata\nid: 7\nretry: 1000\nunknown: x\n: comment\n\n'),
    ).to.deep.equal([block({ event: 'chat', data: 'one\n two\n', id: '7', retry: 1000 })])
  })

  it('knows a place without an event, and comments from blocks', () => {
    expect(read(':\n\n:\n\nid: 3\n\n\n\ndata: x\n\n')).to.deep.equal([block({ id: '3' }), block({ data: 'x' })])
  })

  it('lets an empty id be an id, and refuses NUL in ids and letters in retry', () => {
    expect(read('id\n\n')).to.deep.equal([block({ id: '' })])
    expect(read('id: a\0b\nretry: 1s\ndata: x\n\n')).to.deep.equal([block({ data: 'x' })])
  })

  it('does not take what a cut stream left unfinished for an event', () => {
    expect(read('data: whole\n\ndata: hal')).to.deep.equal([block({ data: 'whole' })])
    expect(read('data: whole\n\ndata: half\n')).to.deep.equal([block({ data: 'whole' })])
  })

  it('reads the same wherever the pieces end and however the lines do', () => {
    const stream = 'id: 1\ndata: {"a":1}\n\nevent: chat\ndata: b\ndata: c\n\nretry: 5\n\n:\n\ndata: é😀\n\n'
    const expected = read(stream)
    fc.assert(
      fc.property(
        fc.constantFrom('\n', '\r', '\r\n'),
        fc.array(fc.nat(stream.length * 2), { maxLength: 8 }),
        (ending, cuts) => {
          const text = stream.replaceAll('\n', ending)
          const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length]
          const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
          expect(read(...pieces)).to.deep.equal(expected)
        },
      ),
    )
  })
})
