import * as E from 'fp-ts/lib/Either.js'
import { readConfig } from './config.ts'
import { cryptoSecrets } from './infrastructure/crypto/secrets.ts'
import { type KeyCommand, readKeyCommand } from './interfaces/cli/key-command.ts'
import { runKeyCommand } from './interfaces/cli/run-key-command.ts'
import { startFailure } from './start-failure.ts'
import { openStorageBeside } from './storage.ts'

/** Exit statuses of a command that is wrong and of a configuration that is (EX_USAGE, EX_CONFIG of sysexits.h). */
const EX_USAGE = 64
const EX_CONFIG = 78

/** The answer alone goes to the standard output: what reads it may be a secret store. */
const terminal = { answer: (line: string) => console.log(line), say: (line: string) => console.error(line) }

const refuse = (status: number, sentences: readonly string[]) => {
  for (const sentence of sentences) terminal.say(sentence)
  process.exitCode = status
}

const run = async (config: Parameters<typeof openStorageBeside>[0], command: KeyCommand) => {
  const storage = await openStorageBeside(config, terminal.say)
  try {
    const clock = { now: () => new Date() }
    const done = await runKeyCommand(storage.keys, cryptoSecrets, clock, terminal)(command)
    if (E.isLeft(done)) refuse(1, [done.left])
  } finally {
    await storage.close()
  }
}

/** Makes, lists and revokes keys in the database that the environment names, whether the service runs or not. */
const command = readKeyCommand(process.argv.slice(2))
const config = readConfig(process.env)
if (E.isLeft(command)) refuse(EX_USAGE, command.left)
else if (E.isLeft(config)) refuse(EX_CONFIG, config.left)
else if (config.right.STORAGE === 'memory') refuse(EX_CONFIG, ['STORAGE=memory keeps no keys: make them over HTTP'])
else
  await run(config.right, command.right).catch((error: unknown) =>
    refuse(1, [`could not open the database: ${startFailure(error)}`]),
  )
