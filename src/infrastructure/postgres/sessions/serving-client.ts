import { Socket } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import type { Settings } from './settings.ts'
import type { Droppable } from './silence.ts'

/** Milliseconds in which a connection must be there: half of what somebody waits for an answer. */
const CONNECT_TIMEOUT_MS = 1000

/** Milliseconds in which the other side must confirm the end of a connection. */
const END_TIMEOUT_MS = 500

/**
 * A connection on a socket of its own, so that it can be given up on a silent network: the driver waits for the other
 * side to confirm the end, as long as that takes.
 */
export class ServingClient extends Client implements Droppable {
  readonly #socket: Socket

  /** What a transaction has to set for itself, because the session does not. */
  readonly carried: Settings = {}

  constructor(config: ClientConfig = {}) {
    const socket = new Socket()
    // The pool hides the password from enumeration.
    const { password } = config
    const own = { connectionTimeoutMillis: CONNECT_TIMEOUT_MS, stream: () => socket }
    super(password === undefined ? { ...config, ...own } : { ...config, password, ...own })
    this.#socket = socket
  }

  readonly drop = (): void => {
    this.#socket.destroy()
    // Its pool is to hear at once, and not when the socket has closed.
    this.emit('error', new Error('given up, after another connection met with silence'))
  }

  override end(): Promise<void>
  override end(callback: (error: Error) => void): void
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.#socket.destroy(), END_TIMEOUT_MS)
    this.once('end', () => clearTimeout(timer))
    return callback ? super.end(callback) : super.end()
  }
}
