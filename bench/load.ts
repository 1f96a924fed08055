import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ask } from './ask.ts'
import type { Connection } from './database.ts'
import type { Measurement } from './measurement.ts'

/** Somebody who asks on a connection of its own. */
export interface Asker {
  /** What its requests bear. */
  readonly headers: Readonly<Record<string, string>>
  /** Those that it draws from. */
  readonly chats: readonly number[]
  /** What `{user}` stands for in its requests. */
  readonly user?: string
}

/** Requests over keep-alive connections, each sent as soon as the one before it was answered. */
export interface HttpJob {
  readonly kind: 'http'
  readonly url: string
  /** More servers, over which the connections are spread evenly. */
  readonly alsoTo?: readonly string[]
  /** Whether each of several servers is asked about chats of its own. */
  readonly apart?: boolean
  readonly method: 'GET' | 'POST' | 'PUT'
  /** `{chat}` and `{message}` stand for numbers drawn from 1 to `chats` and `messages`, in the body as well. */
  readonly path: string
  readonly chats: number
  readonly messages?: number
  /** Who asks on each connection of each server, and around again. Without, each draws from all chats and bears nothing. */
  readonly askers?: readonly Asker[]
  readonly body?: string
  /** Whether each request bears an Idempotency-Key that no other had. Either way it is written anew, at the same cost. */
  readonly keys?: boolean
  /** Whether each request is for a user that no other was for (`On-Behalf-Of`). */
  readonly newcomers?: boolean
  readonly connections: number
  readonly seconds: number
  /** Requests in all, instead of seconds. */
  readonly amount?: number
}

/** The transaction of the limit, one after another on one connection. */
export interface TransactionJob {
  readonly kind: 'transaction'
  readonly connection: Connection
  readonly chats: number
  readonly text: string
  readonly seconds: number
}

export type Job = HttpJob | TransactionJob
export interface Answer {
  readonly measured: Measurement
}

export interface Load {
  readonly pid: number
  /** Rejects when a single request fails or is answered with anything but 2xx. One job at a time. */
  readonly run: (job: Job) => Promise<Measurement>
  readonly stop: () => Promise<void>
}

/** Beyond what the job itself takes. */
const GRACE_MS = 60_000
const SLOWEST_PER_SECOND = 50

/** The clients are a process of their own, so that their work never runs on the thread of what they measure. */
export const startLoad = (): Load => {
  const child = fork(fileURLToPath(new URL('load-worker.ts', import.meta.url)))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))

  const run = async (job: Job) => {
    const seconds = job.kind === 'http' && job.amount !== undefined ? job.amount / SLOWEST_PER_SECOND : job.seconds
    return (await ask<Answer>(child, 'clients', job, seconds * 1000 + GRACE_MS)).measured
  }

  return {
    pid: child.pid ?? 0,
    run,
    stop: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
