import * as E from 'fp-ts/lib/Either.js'
import { readConfig } from './config.ts'
import { startFailure } from './start-failure.ts'
import { openStorage } from './storage.ts'

/** Brings the database that the environment names up to date, and ends. The service does the same when it starts. */
const config = readConfig(process.env)
if (E.isLeft(config)) {
  for (const error of config.left) console.error(error)
  process.exitCode = 78
} else {
  try {
    const storage = await openStorage(config.right, (line) => console.log(line))
    await storage.close()
    console.log('the database is up to date')
  } catch (error) {
    console.error(`could not migrate: ${startFailure(error)}`)
    process.exitCode = 1
  }
}
