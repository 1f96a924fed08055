import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import {
  counted,
  discounted,
  MOST_REACTIONS,
  NO_REACTIONS,
  Reaction,
  type ReactionCounts,
} from '../../src/domain/chat/reaction.ts'
import { left, right, upTo } from '../fixtures.ts'

const isReaction = (raw: string) => E.isRight(Reaction.parse(raw))
const FAMILY = '👩‍👩‍👧‍👦'

describe('A reaction', () => {
  it('is an emoji of one code point or of several, or a word, as it is written', () => {
    for (const raw of [
      '❤',
      '❤️',
      '👍🏽',
      FAMILY,
      '🏳️‍🌈',
      '🇪🇺',
      '1️⃣',
      '+1',
      'ok',
      'é',
      'e\u0301',
      'שלום',
      'x\u200d',
      '…',
      '...',
    ])
      expect(right(Reaction.parse(raw)), raw).to.equal(raw)
    for (const raw of ['/', '%', '%2F', '?', '#', 'a/b', '..a', '\\', '"', '<', ':', '__proto__', 'toString'])
      expect(right(Reaction.parse(raw)), raw).to.equal(raw)
  })

  it('has 1 to 32 code points', () => {
    for (const char of ['x', 'é', '😀']) {
      expect(isReaction(char.repeat(Reaction.LIMIT)), char).to.equal(true)
      expect(isReaction(char.repeat(Reaction.LIMIT + 1)), char).to.equal(false)
    }
    expect(Array.from(FAMILY)).to.have.length(7)
    expect(isReaction(FAMILY.repeat(4)), '28 code points').to.equal(true)
    expect(isReaction(FAMILY.repeat(5)), '35 code points').to.equal(false)
    expect(isReaction('')).to.equal(false)
  })

  it('has no white space of any kind, wherever', () => {
    const spaces = upTo(0xffff)
      .map((code) => String.fromCodePoint(code))
      .filter((char) => /\s|\p{White_Space}/u.test(char))
    expect(spaces).to.include.members([
      ' ',
      '\t',
      '\n',
      '\r',
      '\u0085',
      '\u00a0',
      '\u2003',
      '\u2028',
      '\u3000',
      '\ufeff',
    ])
    for (const space of spaces)
      for (const raw of [space, `${space}a`, `a${space}`, `a${space}b`])
        expect(isReaction(raw), JSON.stringify(raw)).to.equal(false)
  })

  it('leaves a mark, is well formed, and can be a segment of a path', () => {
    for (const raw of [
      '\u200b',
      '\u2060',
      '\u00ad',
      '\u034f',
      '\u115f',
      '\u2800',
      '\u3164',
      '\ufe0f',
      '\u200d',
      '\u0007',
    ])
      expect(isReaction(raw), JSON.stringify(raw)).to.equal(false)
    for (const raw of ['\0', 'a\0', '\ud83d', 'a\udc00', '\ude00\ud83d'])
      expect(isReaction(raw), JSON.stringify(raw)).to.equal(false)
    for (const raw of ['.', '..']) expect(isReaction(raw), raw).to.equal(false)
  })

  it('comes back from the segment of a path that it is escaped to', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (raw) => {
        if (!isReaction(raw)) return
        const path = `/reactions/${encodeURIComponent(raw)}`
        const { pathname } = new URL(path, 'http://example.com')
        expect(decodeURIComponent(pathname.slice('/reactions/'.length))).to.equal(raw)
      }),
      { numRuns: 300 },
    ))
})

describe('The reactions to a message', () => {
  const named = (n: number) => `r${n}` as Reaction
  const shown = (counts: ReactionCounts) => counts.map(({ reaction, count }) => `${reaction} ${count}`).join(', ')
  const after = (...steps: readonly number[]) =>
    steps.reduce<ReactionCounts>(
      (counts, step) => (step > 0 ? right(counted(counts, named(step))) : discounted(counts, named(-step))),
      NO_REACTIONS,
    )

  it('are in the order of first use, and one that nobody has any more begins anew', () => {
    expect(shown(after(1, 2, 1, 3, 2))).to.equal('r1 2, r2 2, r3 1')
    expect(shown(after(1, 2, 1, -1))).to.equal('r1 1, r2 1')
    expect(shown(after(1, 2, -1, 1))).to.equal('r2 1, r1 1')
    expect(after(1, -1)).to.deep.equal([])
  })

  it('are at most twenty different ones, of which each may have any number', () => {
    const full = after(...upTo(MOST_REACTIONS))
    expect(full).to.have.length(20)
    expect(left(counted(full, named(21)))).to.deep.equal({ kind: 'TooManyReactions', limit: 20 })
    expect(right(counted(full, named(7)))[6]).to.deep.equal({ reaction: 'r7', count: 2 })
    expect(
      shown(right(counted(discounted(full, named(1)), named(21))))
        .split(', ')
        .at(-1),
    ).to.equal('r21 1')
  })

  it('are never changed in place', () => {
    const counts = Object.freeze([Object.freeze({ reaction: named(1), count: 2 })])
    right(counted(counts, named(1)))
    right(counted(counts, named(2)))
    discounted(counts, named(1))
    expect(counts).to.deep.equal([{ reaction: 'r1', count: 2 }])
  })

  it('count who has reacted so, whatever came and went', () =>
    fc.assert(
      fc.property(fc.array(fc.record({ user: fc.nat(3), reaction: fc.nat(2) })), (toggles) => {
        const there = new Set<string>()
        let counts = NO_REACTIONS
        for (const { user, reaction } of toggles) {
          const name = `${user} ${reaction}`
          const isThere = there.has(name)
          counts = isThere ? discounted(counts, named(reaction)) : right(counted(counts, named(reaction)))
          if (isThere) there.delete(name)
          else there.add(name)
        }
        const users = (reaction: string) => [...there].filter((one) => `r${one.split(' ')[1]}` === reaction).length
        for (const { reaction, count } of counts) expect(count).to.equal(users(reaction)).and.above(0)
        expect(counts.reduce((sum, { count }) => sum + count, 0)).to.equal(there.size)
      }),
    ))
})
