import { isatty } from 'node:tty'

/**
 * Turns a JSON line of the log into one that a person reads, when that is who sees it: at a terminal. Undefined elsewhere, and
 * where the package that does it was left out of the installation (it is optional).
 */
export const terminalLines = async (fd = 1): Promise<((line: string) => string) | undefined> => {
  if (!isatty(fd)) return undefined
  try {
    const { isColorSupported, prettyFactory } = (await import('pino-pretty')).default
    return prettyFactory({
      colorize: isColorSupported,
      ignore: 'pid,hostname',
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss.l',
    })
  } catch {
    return undefined
  }
}
