import { realpathSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { Address } from './address.ts'

export const SUPERUSER = 'postgres'

export interface Credentials extends Address {
  readonly password?: string
}

/** Options of the driver that its types do not name. An empty one would be looked for in the environment. */
const UNTOUCHED = { sslnegotiation: 'postgres' as const, client_encoding: 'UTF8', replication: 'false' }

/** All options are given, so that none of the caller's PG… environment takes effect, which is meant for another server. */
export const clientFor = ({ host, port, password }: Credentials, socket: Socket = new Socket()): Client => {
  const client = new Client({
    host,
    port,
    user: SUPERUSER,
    password: password ?? '',
    database: 'postgres',
    ssl: false,
    ...UNTOUCHED,
    options: '-c idle_session_timeout=0 -c statement_timeout=0',
    application_name: 'messenger-owner',
    connectionTimeoutMillis: 5_000,
    stream: () => socket,
  })
  client.on('error', () => {})
  return client
}

/** An open session that holds the advisory lock. PostgreSQL frees it when the owner ends, however it ends. */
export interface Lock {
  readonly kind: 'lock'
  readonly client: Client
}

/** `taken`: somebody else holds the lock. `stranger`: another data folder is served there. `silent`: no answer. */
type Attempt = Lock | { readonly kind: 'taken' } | { readonly kind: 'stranger' } | { readonly kind: 'silent' }

const LOCK_KEY = "hashtextextended('messenger: owner of this server', 0)"

const isSameFolder = (served: string, dataDir: string) => {
  try {
    return realpathSync(served) === realpathSync(dataDir)
  } catch {
    return false
  }
}

/** Tries once to become the owner of the server at an address, if it serves this data folder. */
export const tryToOwn = async (address: Credentials, dataDir: string): Promise<Attempt> => {
  const socket = new Socket()
  const client = clientFor(address, socket)
  const leave = async (kind: 'taken' | 'stranger' | 'silent'): Promise<Attempt> => {
    await client.end().catch(() => {})
    return { kind }
  }
  try {
    await client.connect()
    const folder = await client.query<{ data_directory: string }>('show data_directory')
    if (!isSameFolder(folder.rows[0]?.data_directory ?? '', dataDir)) return await leave('stranger')
    const lock = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${LOCK_KEY}) as got`)
    if (lock.rows[0]?.got !== true) return await leave('taken')
    socket.unref()
    return { kind: 'lock', client }
  } catch {
    socket.destroy()
    return { kind: 'silent' }
  }
}

export interface Ownership {
  /** Stops the server and only then releases the lock: nobody may take over a server that is about to stop. */
  readonly endWith: (stop: () => Promise<void>) => Promise<void>
}

/** Milliseconds between attempts to take a lost lock again. */
const RETRY_MS = 200

/**
 * Keeps the lock for as long as the server lives, and tells when it does not any more. When one backend crashes, PostgreSQL ends every session, ours too, and
 * goes on; the lock must be taken again, or a second owner could come in.
 */
export const keepOwning = (
  first: Lock,
  takeAgain: () => Promise<Attempt>,
  isServing: () => boolean,
  onDeath: () => void,
): Ownership => {
  let current = first.client
  let ending = false

  const regain = async (): Promise<void> => {
    while (!ending && isServing()) {
      const attempt = await takeAgain()
      if (attempt.kind === 'lock') return hold(attempt)
      await delay(RETRY_MS, undefined, { ref: false })
    }
    if (!ending) onDeath()
  }
  const hold = ({ client }: Lock) => {
    current = client
    client.once('end', () => void (ending || regain()))
    if (ending) void client.end().catch(() => {})
  }
  hold(first)

  return {
    endWith: async (stop) => {
      ending = true
      try {
        await stop()
      } finally {
        await current.end().catch(() => {})
      }
    },
  }
}
