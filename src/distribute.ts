import * as E from 'fp-ts/lib/Either.js'
import { readConfig } from './config.ts'
import { distributeStorage } from './storage.ts'
import { startFailure } from './start-failure.ts'

/** Spreads the database that the environment names over the machines of its Citus cluster, into so many shards, and ends. */
const [, , shards] = process.argv
const config = readConfig(process.env)
if (E.isLeft(config)) {
  for (const error of config.left) console.error(error)
  process.exitCode = 78
} else if (shards !== undefined && !/^[1-9]\d{0,3}$/.test(shards)) {
  console.error('Usage: npm run distribute, or npm run distribute -- 16 for so many shards')
  process.exitCode = 64
} else {
  try {
    const isNew = await distributeStorage(
      config.right,
      (line) => console.log(line),
      shards === undefined ? undefined : Number(shards),
    )
    console.log(isNew ? 'the database is spread: start the servers again' : 'the database was spread before')
  } catch (error) {
    console.error(`could not distribute: ${startFailure(error)}`)
    process.exitCode = 1
  }
}
