import fc from 'fast-check'
import { ROLES } from '../../src/domain/chat/member.ts'
import { callerOf, EVERYBODY } from '../contract/member-steps.ts'
import type { Opening, Step } from './step.ts'

export { callerOf }
export const USERS = EVERYBODY.filter((who) => who !== null)
export const CHATS = 6

/** Some more often than others, so that they meet what they did before. */
const user = fc.constantFrom(...USERS, ...USERS.slice(0, 2), ...USERS.slice(0, 1))
const who = fc.oneof({ weight: 8, arbitrary: user }, { weight: 1, arbitrary: fc.constant(null) })
const role = fc.constantFrom(...ROLES)
const visibility = fc.constantFrom('private' as const, 'public' as const)
const text = fc.constantFrom('one', 'two', 'three')
const reaction = fc.constantFrom('👍', '👍', '👍', 'ok', 'Z')
const tag = fc.nat({ max: 2 })
/** Most of them near the end. */
const back = fc.oneof(fc.integer({ min: 1, max: 2 }), fc.nat({ max: 8 }))
const isOwn = fc.boolean()
const kind = <Kind extends string>(...kinds: Kind[]) => fc.constantFrom(...kinds)
const founders = fc.uniqueArray(fc.record({ user, role }), {
  selector: (founder) => founder.user,
  minLength: 2,
  maxLength: 5,
})

const opening: fc.Arbitrary<Opening> = fc
  .record({ kind: kind('open'), who, visibility, founders })
  .map((step) => ({ ...step, founders: step.founders.filter((founder) => founder.user !== step.who) }))

/** By a user for itself. */
const alone = <A extends Step>(step: (one: fc.Arbitrary<string>) => fc.Arbitrary<A>) =>
  user.chain((one) => step(fc.constant(one)))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: kind('send'), who, text }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('reply'), who, text, back }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('edit'), who, text, back, isOwn }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('erase'), who, back, isOwn }) },
  { weight: 6, arbitrary: alone((one) => fc.record({ kind: kind('react'), who: one, back, isOwn, reaction })) },
  {
    weight: 6,
    arbitrary: alone((one) => fc.record({ kind: kind('unreact'), who: one, back, isOwn: fc.constant(true), reaction })),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('react', 'unreact'), who, back, isOwn, reaction }) },
  {
    weight: 12,
    arbitrary: alone((one) => fc.record({ kind: kind('mark'), who: one, user: one, back, forward: fc.boolean() })),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('mark'), who, user, back, forward: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('put'), who, user, role }) },
  { weight: 4, arbitrary: alone((one) => fc.record({ kind: kind('put'), who: one, user: one, role })) },
  { weight: 3, arbitrary: fc.record({ kind: kind('remove'), who, user }) },
  { weight: 2, arbitrary: alone((one) => fc.record({ kind: kind('remove'), who: one, user: one })) },
  { weight: 2, arbitrary: fc.record({ kind: kind('show'), who, visibility }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('rename'), who, text }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('tag'), who, back, isOwn, tag }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('tag chat'), who, tag }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('close'), who }) },
  { weight: 2, arbitrary: opening },
)

/** So many steps on average, each by a clock that goes back now and then, in one of six places for chats, by either server. */
export const histories = (length: number) => {
  const seconds = fc.nat({ max: 30 })
  const place = fc.nat({ max: CHATS - 1 })
  const one = fc.record({ place, server: fc.nat({ max: 1 }), ticks: seconds, step })
  const history = fc.record({
    openings: fc.array(opening, { minLength: CHATS, maxLength: CHATS }),
    steps: fc.array(one, { maxLength: 2 * length, size: 'max' }),
  })
  // As likely at the end of a run as in the middle of it.
  return fc.noBias(history)
}
