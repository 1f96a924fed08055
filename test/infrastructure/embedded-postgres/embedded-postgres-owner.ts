import { startEmbeddedPostgres } from '../../../src/infrastructure/embedded-postgres/embedded-postgres.ts'

/** Owns the server of a data folder, says so in one line of JSON, and stops it when its input ends. */
const [, , dataDir = '', durability] = process.argv
const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`)

try {
  const server = await startEmbeddedPostgres({ dataDir, durability: durability === 'full' ? 'full' : 'none' })
  say(server)
  process.stdin.resume().once('end', () => void server.stop())
} catch (error) {
  say({ code: (error as { code?: string }).code, message: (error as Error).message })
}
