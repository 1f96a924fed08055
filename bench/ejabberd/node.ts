import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { freePort, type Server, startServer } from '../child.ts'
import type { Connection } from '../database.ts'
import { configuration, placesIn } from './configuration.ts'
import { PROBE } from './database.ts'
import { connectXmpp } from './xmpp.ts'

export const PACKAGES = 'ejabberd erlang-p1-pgsql'
/** Where Debian's package has its tables. They are read from there: nothing of ejabberd is kept here. */
const SCHEMA = '/usr/share/ejabberd/sql/pg.sql'
const LIBRARIES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`

/** The emulator's options as Debian's `ejabberdctl` gives them. */
const OPTIONS = ['+K', 'true', '+P', '250000', '-noinput']

export const ejabberdSchema = (): Promise<string> => readFile(SCHEMA, 'utf8')

/** The versions of the two packages, or why there is no ejabberd. */
export const ejabberdVersions = async (): Promise<{ readonly versions: string } | { readonly missing: string }> => {
  try {
    const ask = ['-W', '-f', '${Package} ${Version}, ', ...PACKAGES.split(' ')]
    const { stdout } = await promisify(execFile)('dpkg-query', ask)
    await ejabberdSchema()
    return { versions: stdout.replace(/, $/, '') }
  } catch {
    return { missing: `ejabberd was not measured; it needs Debian's packages ${PACKAGES}.` }
  }
}

const letsIn = (url: string): Promise<boolean> =>
  connectXmpp(url, PROBE).then(
    ({ close }) => {
      close()
      return true
    },
    () => false,
  )

/**
 * A node of its own: port, spool and log below the folder; without a name, hence without a cookie, epmd and other nodes.
 * What an earlier one left in the folder is taken up again. Rejects when it lets nobody in within 30 s.
 */
export const startEjabberd = async (folder: string, database: Connection): Promise<Server> => {
  const port = await freePort()
  const url = `xmpp://127.0.0.1:${port}`
  const places = placesIn(folder)
  await mkdir(places.spool, { recursive: true })
  await writeFile(places.configuration, configuration({ port, database }))
  const server = await startServer({
    command: 'erl',
    args: () => [...OPTIONS, '-mnesia', 'dir', JSON.stringify(places.spool), '-s', 'ejabberd'],
    env: () => ({
      PATH: process.env['PATH'],
      HOME: folder,
      ERL_LIBS: LIBRARIES,
      ERL_CRASH_DUMP_BYTES: '0',
      EJABBERD_CONFIG_PATH: places.configuration,
      EJABBERD_LOG_PATH: places.log,
    }),
    cwd: folder,
    port,
    probe: () => letsIn(url),
  })
  return { ...server, url }
}
