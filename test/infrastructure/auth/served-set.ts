import { keySet } from '../../../src/infrastructure/auth/key-set.ts'
import { KEY_SERVER_DEADLINE_MS, remoteKeySet, REMOTE_TIMES } from '../../../src/infrastructure/auth/key-set-sources.ts'
import { right } from '../../fixtures.ts'
import type { Hold } from '../../releasing.ts'
import { aKeyServer } from './key-server.ts'
import { aClock } from './tokens.ts'

/** Sets behind key servers that the test closes; `deadline` is the milliseconds a server has. */
export const servedSets =
  (hold: Hold) =>
  async (text: string, deadline = KEY_SERVER_DEADLINE_MS) => {
    const server = hold(await aKeyServer(text), ({ close }) => close())
    const clock = aClock()
    const failures: Error[] = []
    const set = hold(
      keySet(remoteKeySet(server.url, deadline), REMOTE_TIMES, clock, (failure) => failures.push(failure as Error)),
      ({ close }) => close(),
    )
    const names = async (kid?: string) => right(await set.find('EdDSA', kid)).map((key) => key.kid)
    const idOf = async (kid: string) => right(await set.find('EdDSA', kid))[0]?.id ?? ''
    return { server, clock, failures, set, names, idOf }
  }
