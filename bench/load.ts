import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Connection } from './database.ts'
import type { Measurement } from './measurement.ts'

/** Requests over keep-alive connections, each sent as soon as the one before it was answered. */
export interface HttpJob {
  readonly kind: 'http'
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** `{chat}` and `{message}` stand for numbers drawn from 1 to `chats` and `messages`. */
  readonly path: string
  readonly chats: number
  readonly messages?: number
  readonly body?: string
  /** Whether each request bears an Idempotency-Key that no other had. Either way it is written anew, at the same cost. */
  readonly keys?: boolean
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
export type Answer = { readonly measured: Measurement } | { readonly failed: string }

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

  const run = (job: Job) =>
    new Promise<Measurement>((resolve, reject) => {
      const fail = (message: string) => finish(() => reject(new Error(message)))
      const onExit = () => fail('the process of the clients ended')
      const onMessage = (answer: Answer) =>
        'measured' in answer ? finish(() => resolve(answer.measured)) : fail(answer.failed)
      const seconds = job.kind === 'http' && job.amount !== undefined ? job.amount / SLOWEST_PER_SECOND : job.seconds
      const timer = setTimeout(() => fail('the clients did not finish in time'), seconds * 1000 + GRACE_MS)
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        child.off('message', onMessage).off('exit', onExit)
        settle()
      }
      child.on('message', onMessage).once('exit', onExit)
      child.send(job)
    })

  return {
    pid: child.pid ?? 0,
    run,
    stop: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
