import * as E from 'fp-ts/lib/Either.js'
import { keyAuthenticator, type KeyAuthenticatorSettings } from '../../../src/application/keys/key-authenticator.ts'
import type { Authentication } from '../../../src/application/ports/authenticator.ts'
import type { Keys, NewKey } from '../../../src/application/ports/keys.ts'
import type { KeyDigest } from '../../../src/domain/keys/api-key.ts'
import { cryptoSecrets } from '../../../src/infrastructure/crypto/secrets.ts'
import { memoryKeys } from '../../../src/infrastructure/memory/keys.ts'
import { later, right } from '../../fixtures.ts'
import { aNewKey } from '../../key-fixtures.ts'

/** A store of keys in the hands of a test, which counts what it is asked and may be away. */
export const aStore = () => {
  const kept = memoryKeys()
  const asked: (readonly KeyDigest[])[] = []
  const touched: (readonly Date[])[] = []
  const state = { isAway: false, defect: undefined as Error | undefined, gate: Promise.resolve() }
  const failure = () => E.left({ kind: 'Unavailable' as const, cause: new Error('away') })

  const keys: Keys = {
    ...kept,
    find: (digests) => async () => {
      const { gate } = state
      asked.push(digests)
      const answer = await kept.find(digests)()
      await gate
      if (state.defect) throw state.defect
      return state.isAway ? failure() : answer
    },
    touch: (uses) => async () => {
      if (state.isAway) return failure()
      touched.push([...uses.values()])
      return kept.touch(uses)()
    },
  }
  const make = async (key: Partial<NewKey> = {}) => {
    const secret = cryptoSecrets.make()
    return { secret, key: right(await kept.add(aNewKey(key), cryptoSecrets.digestOf(secret))()) }
  }
  return { keys, asked, touched, state, make, revoke: async (id: Parameters<Keys['remove']>[0]) => kept.remove(id)() }
}

/** A server's authenticator, whose time and looks are the test's. */
export const aServer = (keys: Keys, settings: KeyAuthenticatorSettings = {}) => {
  const time = { elapsed: 0 }
  const failures: unknown[] = []
  let look = async () => {}
  const authenticator = keyAuthenticator(
    keys,
    cryptoSecrets,
    { now: () => later(time.elapsed) },
    {
      now: () => time.elapsed,
      poll: (poll) => {
        look = poll
        return () => {
          look = async () => {}
        }
      },
      onFailure: (_work, failure) => failures.push(failure),
      ...settings,
    },
  )
  const of = async (token: string): Promise<Authentication> => authenticator.authenticate(token)
  return {
    ...authenticator,
    failures,
    look: () => look(),
    /** Time goes by, with a look every 2 s, as it is in service. */
    pass: async (milliseconds: number) => {
      const end = time.elapsed + milliseconds
      while (time.elapsed < end) {
        time.elapsed = Math.min(end, (Math.floor(time.elapsed / 2000) + 1) * 2000)
        if (time.elapsed % 2000 === 0) await look()
      }
    },
    credential: async (token: string) => right(await of(token)),
    /** The detail of a refusal, `unavailable`, or `let in`. */
    outcome: async (token: string) => {
      const answer = await of(token)
      if (E.isRight(answer)) return 'let in'
      return answer.left.kind === 'Unauthenticated' ? answer.left.detail : 'unavailable'
    },
  }
}
