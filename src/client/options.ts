import type { Patience } from './patience.ts'
import type { TokenSource } from './tokens.ts'

/** How a client is made. */
export interface ClientOptions {
  /** Where the service is, as `http://localhost:8000` or `https://example.org/chat`. Without it, where the page came from. */
  readonly baseUrl?: string | undefined
  /** Another `fetch`, as that of a messenger in a test. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * The token of a user or the key of a service, sent as `Authorization: Bearer`. A function is asked when a token is
   * needed, may answer later, and is asked again when the service refuses with 401 what it gave: the request is then sent
   * once more. In between its token is kept, for all requests; one that comes with `expiresIn` is replaced when nine tenths of
   * that time are over, and nothing is refused. What it rejects with counts as a failed connection.
   */
  readonly token?: TokenSource | undefined
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How often a request is tried at the most; 5. */
  readonly attempts?: number | undefined
  /** Milliseconds that one attempt may take; 10 000. */
  readonly timeout?: number | undefined
  /** Lets the milliseconds between two attempts pass; a test may pass one that does not wait. */
  readonly wait?: Patience['wait'] | undefined
}

/** What any call takes. */
export interface CallOptions {
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined
}

/** What a call takes that makes something. */
export interface MakeOptions extends CallOptions {
  /**
   * The name of the intention: the same again, also from another process, is done once. Made up when left out, so that
   * the client's own retries are safe.
   */
  readonly idempotencyKey?: string | undefined
}

/** What a call takes that changes or deletes something. */
export interface ChangeOptions extends CallOptions {
  /** Makes the change only if nobody changed the thing since it had this tag (see `etagOf`). */
  readonly ifMatch?: string | undefined
}

/** Which part of a list: the last `limit` (20) entries, or what the bounds, both exclusive, leave of it. */
export interface Selection {
  readonly limit?: number | undefined
  readonly before?: number | undefined
  readonly after?: number | undefined
}

/** Which messages of a chat: those newest first, unless `order` turns the page round. */
export interface MessageSelection extends Selection {
  readonly order?: 'asc' | 'desc' | undefined
  /** Only those that answer this one, which need not be there any more. */
  readonly reply_to?: number | undefined
}

/** Which chats of a list. */
export interface ChatSelection extends Selection {
  /** `public` for those that are there for everybody; left out for a user's own, or all that a service may see. */
  readonly visibility?: 'public' | undefined
}

/** Which users of a list: the first `limit` (20), those after a user id when one is given. */
export interface MemberSelection {
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

/** From where to follow, and until when. */
export interface FollowOptions<Position> {
  /** The last position that is known: events after it are told. Left out, the events from now on. */
  readonly after?: Position | undefined
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined
  /**
   * Told `true` when the stream is there, and `false` when it was lost and the next connection is waited for: what a page
   * shows as "reconnecting". Never the same twice in a row.
   */
  readonly onConnection?: ((isConnected: boolean) => void) | undefined
}
