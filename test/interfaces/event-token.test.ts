import { expect } from 'chai'
import fc from 'fast-check'
import type { ChatId, Revision } from '../../src/domain/identity.ts'
import { PlacesCodec, revisionIn, tokenOf } from '../../src/interfaces/http/events/event-token.ts'
import { right } from '../fixtures.ts'

const places = fc.array(
  fc.tuple(
    fc.maxSafeNat().map((n) => n + 1),
    fc.maxSafeNat(),
  ),
  { maxLength: 150 },
)

describe('The id of an event of several chats', () => {
  it('holds a place in each of them, and spells no other the same way', () => {
    fc.assert(
      fc.property(places, places, (one, other) => {
        const [first, second] = [one, other].map(
          (pairs) => new Map(pairs.filter(([id]) => Number.isSafeInteger(id)) as [ChatId, Revision][]),
        )
        const token = tokenOf(first as Map<ChatId, Revision>)
        expect(token).to.match(/^[\w-]+$/)
        // What does not fit into a request is refused, as more chats than may be followed.
        if (token.length <= 4096) expect(right(PlacesCodec.decode(token))).to.deep.equal(first)
        expect(tokenOf(second as Map<ChatId, Revision>) === token).to.equal(
          JSON.stringify([...(first ?? [])]) === JSON.stringify([...(second ?? [])]),
        )
      }),
    )
  })

  it('is 0 for the beginning of whatever is asked for', () => {
    const beginning = right(PlacesCodec.decode('0'))
    expect(revisionIn(beginning, 7 as ChatId)).to.equal(0)
    expect(PlacesCodec.encode(beginning)).to.equal('0')
  })
})
