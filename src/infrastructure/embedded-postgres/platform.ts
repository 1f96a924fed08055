import { tmpdir } from 'node:os'

export const isWindows = process.platform === 'win32'
export const isLinux = process.platform === 'linux'

/** The environment that PostgreSQL's programs run in: the caller's may not change how they sort, speak or connect. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(isWindows ? { SystemRoot: process.env['SystemRoot'], TEMP: tmpdir(), TMP: tmpdir() } : {}),
}

/** A working directory that every user may enter: the caller's may be closed to the user that PostgreSQL runs as. */
export const WORKING_DIRECTORY = isWindows ? tmpdir() : '/'

/** The code of an error: the operating system's, such as `ENOENT`, or PostgreSQL's SQLSTATE. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** What was read, undefined when the file is not there. */
export const ifThere = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
