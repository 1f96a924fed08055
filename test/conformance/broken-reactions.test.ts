import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { expect } from 'chai'
import { asking, done, hearing, isReaction, reacting, type WrongOnWire } from './wire.ts'
import { asService, overAdapter, throughWire } from './wrong-services.ts'

const COUNTS = 'counts who reacted how, first used first, each user once'
const AGAIN = 'takes no revision for a reaction that is there, and 404 takes none back that is not'
const AT_ONCE = 'counts reactions that come at the same time, each once'
const TOLD = 'is a change of the message, which followers are told; the text is as it was'
const WRITTEN = 'keeps reactions as they are written, and answers 422 to what is none'
const MOST = 'has 20 different reactions on a message, of which all may have each, and no more'
const REACTORS = 'says who reacted so, by user id, from page to page'
const OWN = 'says how a user itself reacted, newest messages first, to itself and to services alone'
const OUTLASTS = 'outlasts membership, and is of nobody for a service: 403'

const wires: readonly WrongOnWire[] = [
  [
    'counts a user too many',
    hearing((text) => text.replace('"count":2', '"count":3')),
    COUNTS,
    /^reactions: expected \[ \[ '❤', 2 \], .* got \[ \[ '❤', 3 \]/,
  ],
  [
    'has each reaction take a revision',
    reacting(async (fetch, target, init) => {
      await fetch(target, init)
      await fetch(target, { ...init, method: 'DELETE' })
      return fetch(target, init)
    }),
    AGAIN,
    /^the message: expected \[ '"4"', .* got \[ '"6"'/,
  ],
  ['keeps no reaction', reacting(done), AT_ONCE, /^reactions: expected \[ \[ '❤', 10 \] \], got \[\]/],
  ['tells followers of no reaction', reacting(done), TOLD, /an event did not come within 500 ms/],
  [
    'normalises reactions',
    asking((target) => [isReaction(target) ? target.replace('e%CC%81', '%C3%A9') : target]),
    WRITTEN,
    /^reactions: expected .* got \[ \[ 'é', 1 \], \[ '❤', 1 \]/,
  ],
  [
    'takes white space for a reaction',
    asking((target) => [target.replace('a%20b', 'ab')]),
    WRITTEN,
    /^"a b": expected \[ 422, .* got \[ 204/,
  ],
  [
    'has no limit of reactions',
    reacting(async (fetch, target, init) => {
      const response = await fetch(target, init)
      return response.status === 422 ? done() : response
    }),
    MOST,
    /^21: expected \[ 422, .* got \[ 204/,
  ],
  [
    'says to everybody how a user reacted',
    asService(/\/members\/[^/]+\/reactions\//),
    OWN,
    /^of another user: expected \[ 403, .* got \[ 200/,
  ],
  [
    'reacts for services',
    asking((target, init) => [
      target,
      isReaction(target) ? { ...init, headers: { 'on-behalf-of': 'the-service', ...init.headers } } : init,
    ]),
    OUTLASTS,
    /^for nobody: expected \[ 403, .* got \[ 404/,
  ],
]

describe('The conformance suite is red, and says why, for a service that', () => {
  for (const [does, wire, title, says] of wires)
    it(does, () =>
      throughWire(wire, async (failure) => {
        expect(await failure(title, 500)).to.match(says)
      }),
    )

  it('lists in no order who reacted', () =>
    overAdapter(
      ({ reactions }) => ({
        reactions: {
          ...reactions,
          users: (...asked) =>
            pipe(
              reactions.users(...asked),
              TE.map((page) => ({ ...page, entries: page.entries.toReversed() })),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(REACTORS)).to.match(/^two pages: expected /)
      },
    ))
})
