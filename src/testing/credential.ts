import type { Scope } from '../client/schemas.ts'

/** How a token is made. */
export interface TokenOptions {
  /** Milliseconds of the messenger's clock from now on, after which the token is refused; an hour. */
  readonly expiresIn?: number
}

/** How a key is made. */
export interface KeyOptions {
  /** The chats that the key is limited to; without them, it is not. */
  readonly chatIds?: readonly number[]
  /** Milliseconds of the messenger's clock from now on, after which the key is refused. Without them it does not expire. */
  readonly expiresIn?: number
}

/** Makes credentials for one messenger, and takes them back. */
export interface Credentials {
  /** The token of a user. Throws for what is no user id. */
  readonly tokenFor: (userId: string, options?: TokenOptions) => string
  /** The key of a service. Rejects when it would have expired by now. */
  readonly keyFor: (scopes: readonly Scope[], options?: KeyOptions) => Promise<string>
  /** The token or key is refused from now on, and the streams that it opened end within a second. */
  readonly revoke: (credential: string) => Promise<void>
}
