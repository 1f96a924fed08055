import { type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { type BackgroundFailures, backgroundFailures } from './interfaces/http/server/background-failures.ts'
import { logOutput } from './log-output.ts'
import { terminalLines } from './terminal-lines.ts'

interface ServiceLog {
  readonly logger: Logger
  readonly failures: BackgroundFailures
}

/** The log of this process, to its end, and the failures that go there. At most so many bytes are written at one blow. */
export const openLog = async ({ LOG_LEVEL: level }: Config, most?: number): Promise<ServiceLog> => {
  const output = logOutput((error) => failures.report('log', error), undefined, undefined, most)
  const readable = await terminalLines()
  const lines = readable ? { write: (line: string) => output.write(readable(line)) } : output
  const logger = pino({ level }, lines)
  const failures = backgroundFailures(logger)

  // Whoever starts work in the background reports its failures. What was forgotten shall not cut everybody off.
  process.on('unhandledRejection', (reason) => failures.report('other', reason))

  // However the process ends, but for a kill.
  process.on('exit', () => output.flushSync())
  return { logger, failures }
}
