import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closeInFlight } from './connections-in-flight.ts'
import type { Assignment, FromWorker, ToWorker } from './messages.ts'

export interface WorkerProcess {
  /** Never given twice. */
  readonly id: number
  readonly pid: number
  readonly tell: (message: ToWorker) => void
  readonly kill: () => void
  /** Whether it says that it serves, and has not ended. */
  readonly isServing: () => boolean
  /** Where it serves, once it does. Rejects, with the reason, when it ends before. */
  readonly serving: Promise<string>
  /** When everything that it said was heard. Never rejects. */
  readonly ended: Promise<Ending>
}

export interface Ending {
  readonly inOrder: boolean
  readonly how: string
}

const PROGRAM = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** What Node keeps of the files between starts, workers find where the primary does. */
const environment = () => {
  const cache = getCompileCacheDir()
  return cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) }
}

/** The end of its process and of its channel, in whatever order; or the reason why there has never been one. */
const endOf = async (worker: Worker): Promise<Ending> => {
  try {
    const exit = once(worker, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const [[code, signal]] = await Promise.all([exit, once(worker, 'disconnect')])
    return { inOrder: code === 0, how: signal ? `was ended by ${signal}` : `ended with ${code}` }
  } catch (error) {
    return { inOrder: false, how: `could not be started (${(error as Error).message})` }
  }
}

/** Starts a worker with its assignment; whatever else it says, `hear` is told. */
export const startWorker = (assignment: Assignment, hear: (message: FromWorker) => void): WorkerProcess => {
  cluster.setupPrimary({ exec: PROGRAM, args: [] })
  const worker = cluster.fork(environment())
  worker.on('error', () => {})
  closeInFlight(worker)
  let isServing = false
  let complaint: string | undefined
  // What is told to one that has just died concerns nobody any more.
  const tell = (message: ToWorker) => void worker.send(message, () => {})

  const ended = endOf(worker).then((ending) => {
    isServing = false
    return complaint === undefined ? ending : { inOrder: false, how: `ended: ${complaint}` }
  })
  const serving = new Promise<string>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'serving') {
        isServing = true
        resolve(message.url)
      } else if (message.kind === 'failed') complaint = message.sentence
      else hear(message)
    })
    void ended.then(({ how }) => reject(new Error(complaint ?? `a worker ${how} before it served`)))
  })
  serving.catch(() => {})

  tell({ kind: 'begin', assignment })
  return {
    id: worker.id,
    pid: worker.process.pid ?? 0,
    tell,
    kill: () => void worker.process.kill('SIGKILL'),
    isServing: () => isServing,
    serving,
    ended,
  }
}
