import * as E from 'fp-ts/lib/Either.js'
import { createKey } from '../application/keys/create-key.ts'
import type { Clock } from '../application/ports/clock.ts'
import { ANYBODY } from '../domain/caller.ts'
import type { ChatId } from '../domain/identity.ts'
import { type KeyName, KeySecret } from '../domain/keys/api-key.ts'
import { cryptoSecrets } from '../infrastructure/crypto/secrets.ts'
import type { Credentials } from './credential.ts'
import type { Issuer } from './issuer.ts'
import type { WatchedKeys } from './memory-authenticator.ts'

const HOUR = 3_600_000

/** Without an issuer there is nobody to tell apart, and a credential would prove nothing. */
const demand = (issuer: Issuer | undefined): Issuer => {
  if (issuer) return issuer
  throw new Error('this messenger lets everybody in: createMessenger({ authentication: true }) asks who it is')
}

export const credentials = (clock: Clock, issuer: Issuer | undefined, keys: () => WatchedKeys): Credentials => ({
  tokenFor: (userId, { expiresIn = HOUR } = {}) => demand(issuer).tokenFor(userId, expiresIn),

  keyFor: async (scopes, { chatIds, expiresIn } = {}) => {
    demand(issuer)
    const make = createKey(keys(), cryptoSecrets, clock)
    const made = await make(ANYBODY, {
      name: 'made by the test' as KeyName,
      scopes,
      chatIds: (chatIds as readonly ChatId[] | undefined) ?? null,
      expiresAt: expiresIn === undefined ? null : new Date(clock.now().getTime() + expiresIn),
    })()
    if (E.isLeft(made)) throw new Error(`a key cannot be made that expires in ${expiresIn} ms`)
    return made.right.secret
  },

  revoke: async (credential) => {
    if (!KeySecret.isMeant(credential)) return demand(issuer).revoke(credential)
    const digest = cryptoSecrets.digestOf(credential)
    const found = await keys().find([digest])()
    const key = E.isRight(found) ? found.right.get(digest) : undefined
    if (key) await keys().remove(key.id)()
  },
})
