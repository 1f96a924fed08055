import { constants } from 'node:os'
import { stopCluster } from './postgres.ts'
import { noticed } from './unseen-refusals.ts'

/** Milliseconds in which the process must end by itself once the last test is over. */
const FAREWELL_MS = 5_000

/** Ends the process. Mocha sets the exit code of a run that is over in a listener of its own; this one comes later. */
const exitWith = (code: number) => {
  process.on('exit', () => void (process.exitCode = code))
  process.exit()
}

let running = 'no test'

// What runs in processes of its own is ended by listeners of 'exit', which no signal calls by itself.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    console.error(`\n${signal} during: ${running}`)
    exitWith(128 + constants.signals[signal])
  })

export const mochaHooks: Mocha.RootHookObject = {
  beforeEach(this: Mocha.Context) {
    running = this.currentTest?.fullTitle() ?? running
    // Not after each test: Mocha runs no test any more once a hook failed.
    if (this.currentTest?.fn?.length === 0) this.currentTest.fn = noticed(this.currentTest.fn as Mocha.AsyncFunc)
  },
}

export const mochaGlobalTeardown = async () => {
  running = 'no test'
  // A connection that was left open is cut off with its database. Mocha would end the process for it, and the cluster
  // would live on.
  process
    .removeAllListeners('uncaughtException')
    .on('uncaughtException', (error) => console.error(`after the tests: ${String(error)}`))
  const sessions = await stopCluster()
  if (sessions.length > 0) {
    console.error(
      ['\nThe tests are over, and left connections to PostgreSQL open, which did last:', ...sessions].join('\n  '),
    )
    setImmediate(() => process.on('exit', () => void (process.exitCode ||= 1)))
  }
  setTimeout(() => {
    console.error(
      `\nThe tests are over, and ${FAREWELL_MS / 1000} s later something still keeps the process from ending: ` +
        process.getActiveResourcesInfo().join(', '),
    )
    exitWith(Number(process.exitCode) || 1)
  }, FAREWELL_MS).unref()
}
