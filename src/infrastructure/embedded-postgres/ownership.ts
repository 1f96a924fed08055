import { realpathSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Address } from './postmaster.ts'

export const superuser = 'postgres'

export interface Credentials extends Address {
  readonly password?: string
}

/** Nothing of the caller's PG… environment may leak into how we connect, so all of it is said. */
export const clientFor = ({ host, port, password }: Credentials, socket: Socket = new Socket()): pg.Client => {
  const client = new pg.Client({
    host,
    port,
    user: superuser,
    password: password ?? '',
    database: 'postgres',
    ssl: false,
    options: '-c idle_session_timeout=0 -c statement_timeout=0',
    application_name: 'messenger-owner',
    connectionTimeoutMillis: 5_000,
    stream: () => socket,
  })
  client.on('error', () => undefined)
  return client
}

/** An open session that holds the lock. PostgreSQL frees it when the owner ends, however it ends. */
interface Lock {
  readonly kind: 'lock'
  readonly client: pg.Client
}

export type Attempt = Lock | { readonly kind: 'taken' } | { readonly kind: 'stranger' } | { readonly kind: 'silent' }

const lockKey = "hashtextextended('messenger: owner of this server', 0)"

const isSameFolder = (served: string, dataDir: string): boolean => {
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
    await client.end().catch(() => undefined)
    return { kind }
  }
  try {
    await client.connect()
    const folder = await client.query<{ data_directory: string }>('SHOW data_directory')
    if (!isSameFolder(folder.rows[0]?.data_directory ?? '', dataDir)) return await leave('stranger')
    const lock = await client.query<{ got: boolean }>(`SELECT pg_try_advisory_lock(${lockKey}) AS got`)
    if (lock.rows[0]?.got !== true) return await leave('taken')
    socket.unref()
    return { kind: 'lock', client }
  } catch {
    socket.destroy()
    return { kind: 'silent' }
  }
}

export interface Ownership {
  /** Stops the server and only then gives the lock away: nobody may take over a server that is about to go. */
  readonly endWith: (stop: () => Promise<void>) => Promise<void>
}

const retryMs = 200

/**
 * Keeps the lock for as long as the server lives. A crash of one backend makes PostgreSQL end every session, ours too,
 * and go on; the lock must be taken again or a second owner could come in.
 */
export const keepOwning = (
  first: Lock,
  tryAgain: () => Promise<Attempt>,
  isServing: () => boolean,
  log: (line: string) => void,
): Ownership => {
  let current = first.client
  let ending = false

  const regain = async (): Promise<void> => {
    while (!ending && isServing()) {
      const attempt = await tryAgain()
      if (attempt.kind === 'lock') return hold(attempt)
      await sleep(retryMs, undefined, { ref: false })
    }
    if (!ending) log('the embedded PostgreSQL has ended, and nobody here asked it to')
  }
  const hold = ({ client }: Lock): void => {
    current = client
    client.once('end', () => void (ending || regain()))
    if (ending) void client.end().catch(() => undefined)
  }
  hold(first)

  return {
    endWith: async (stop) => {
      ending = true
      try {
        await stop()
      } finally {
        await current.end().catch(() => undefined)
      }
    },
  }
}
