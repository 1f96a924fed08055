import { keyAuthenticator } from './application/keys/key-authenticator.ts'
import type { Authenticator } from './application/ports/authenticator.ts'
import type { ReportFailure } from './application/ports/background.ts'
import type { Clock } from './application/ports/clock.ts'
import type { Keys } from './application/ports/keys.ts'
import type { Config } from './config.ts'
import { tokenAuthenticator } from './infrastructure/auth/token-authenticator.ts'
import { cryptoSecrets } from './infrastructure/crypto/secrets.ts'

/** Whoever tells callers apart, until it is closed. */
export interface Authentication {
  readonly authenticator: Authenticator
  /** Before the storage is closed: the last uses of keys are written. */
  readonly close: () => Promise<void>
}

/** Services by their keys, users by their tokens; undefined when nobody has to say who they are. */
export const openAuthentication = (
  { auth }: Pick<Config, 'auth'>,
  keys: Keys,
  clock: Clock,
  onFailure: ReportFailure,
): Authentication | undefined => {
  if (!auth) return undefined
  const tokens = auth.tokens && tokenAuthenticator(auth.tokens, clock, (failure) => onFailure('keys', failure))
  const authenticator = keyAuthenticator(keys, cryptoSecrets, clock, {
    rootKeys: auth.rootKeys,
    onFailure,
    ...(tokens && { otherwise: tokens }),
  })
  return {
    authenticator,
    close: async () => {
      tokens?.close()
      await authenticator.close()
    },
  }
}
