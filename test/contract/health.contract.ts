import { expect } from 'chai'
import type { Health } from '../../src/application/ports/health.ts'
import { goal } from '../goal.ts'

/** Milliseconds after which what an adapter asks gives up by itself, in the states in which it does not answer. */
export const SILENCE = 20_000

/** A second, and some; on a busy machine at least before what it asks gave up. */
const IN_TIME = Math.min(goal(1_400), SILENCE / 2)

/** A state that what the service stands on may be in, and what must be said of it. */
export interface Condition {
  readonly state: string
  readonly open: () => Promise<Health>
  readonly database: boolean
  readonly migrations: boolean
}

/** What every `Health` must say, and by when, in each state that its adapter can be in. */
export const healthContract = (conditions: readonly Condition[]) => {
  for (const { state, open, ...expected } of conditions)
    it(`says in time what it can do ${state}`, async () => {
      const health = await open()
      const asked = performance.now()
      const [database, migrations] = await Promise.all([health.database(), health.migrations()])
      expect(performance.now() - asked, 'ms').to.be.below(IN_TIME)
      expect({ database, migrations }).to.deep.equal(expected)
    })
}
