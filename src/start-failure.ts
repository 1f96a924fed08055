import type { Logger } from 'pino'

/** Errors of a start are sentences, whose cause is of interest to who looks for a defect. */
export const startFailure = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException
  return (message || code || String(error)).replaceAll(/\s+/g, ' ').trim()
}

export const logStartFailure = (logger: Pick<Logger, 'fatal' | 'debug'>, error: unknown): void => {
  logger.fatal(`could not start: ${startFailure(error)}`)
  logger.debug({ err: error }, 'why it could not start')
}
