import fc from 'fast-check'
import type * as E from 'fp-ts/lib/Either.js'
import { ANYBODY, type Caller, type UserId } from '../../src/domain/caller.ts'
import { ROLES } from '../../src/domain/chat/member.ts'
import type { Outcome } from '../../src/domain/chat/scene.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import type { Acting } from '../acting.ts'
import { aUser } from '../fixtures.ts'
import type { Step, Who } from './member-model.ts'

const USERS = ['ann', 'ben', 'cat', 'dan', 'eve']
export const EVERYBODY: readonly Who[] = [...USERS, null]
export const callerOf = (who: Who): Caller => (who === null ? ANYBODY : aUser(who))

const user = fc.constantFrom(...USERS)
const who = fc.oneof({ weight: 8, arbitrary: user }, { weight: 1, arbitrary: fc.constant(null) })
const role = fc.constantFrom(...ROLES)
const visibility = fc.constantFrom('private' as const, 'public' as const)
const text = fc.constantFrom('one', 'two', 'three')
const number = fc.integer({ min: 1, max: 3 })
const founders = fc.uniqueArray(fc.record({ user, role }), { selector: (founder) => founder.user, maxLength: 4 })
const kind = <Kind extends string>(...kinds: Kind[]) => fc.constantFrom(...kinds)

const open = fc
  .record({ kind: kind('open'), who, visibility, founders })
  .map((step) => ({ ...step, founders: step.founders.filter((founder) => founder.user !== step.who) }))
const change: fc.Arbitrary<Exclude<Step, { kind: 'open' }>> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: kind('put'), who, user, role }) },
  {
    weight: 2,
    arbitrary: user.chain((one) =>
      fc.record({ kind: kind('put'), who: fc.constant(one), user: fc.constant(one), role }),
    ),
  },
  { weight: 4, arbitrary: fc.record({ kind: kind('remove'), who, user }) },
  { weight: 2, arbitrary: user.map((one) => ({ kind: 'remove' as const, who: one, user: one })) },
  { weight: 3, arbitrary: fc.record({ kind: kind('show'), who, visibility }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('rename', 'send', 'send', 'send'), who, text }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('edit'), who, number, text }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('erase'), who, number }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('close'), who }) },
)
const place = { chat: fc.nat({ max: 2 }), server: fc.nat({ max: 1 }) }
/** Chats that are opened, and what is done to them, one step after another, each on one of two servers. */
export const histories = fc.record({
  chats: fc.array(open, { minLength: 2, maxLength: 3 }),
  steps: fc.array(fc.record({ ...place, step: change }), { maxLength: 50, size: 'max' }),
})

type Answer = E.Either<{ readonly kind: string }, Outcome>

/** The step through the write port. */
export const asked = (act: Acting, id: ChatId, step: Exclude<Step, { kind: 'open' }>, at: Date): Promise<Answer> => {
  const caller = callerOf(step.who)
  switch (step.kind) {
    case 'put':
      return act.put(caller, id, step.user as UserId, step.role, at)
    case 'remove':
      return act.remove(caller, id, step.user as UserId, at)
    case 'show':
      return act.show(caller, id, step.visibility, at)
    case 'rename':
      return act.rename(caller, id, step.text, at)
    case 'send':
      return act.send(caller, id, step.text, at)
    case 'edit':
      return act.edit(caller, id, step.number, step.text, at)
    case 'erase':
      return act.erase(caller, id, step.number, at)
    case 'close':
      return act.close(caller, id)
  }
}
