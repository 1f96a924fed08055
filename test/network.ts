import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What becomes of what is sent: it goes through, it is held up, or it is lost and with it the connection it was sent on. */
type State = 'passes' | 'stalls' | 'loses'

/** A network between the service and PostgreSQL, in the test's hands. */
export interface Network {
  readonly host: string
  readonly port: number
  readonly is: (state: State) => void
  /** Connections that the service has open through it. */
  readonly open: () => number
  readonly close: () => Promise<void>
}

const PORT = 5432

/** Over TCP, or on a Unix socket in a folder of its own. */
export const aNetwork = async (kind: 'TCP' | 'a Unix socket', to: { host: string; port: number }): Promise<Network> => {
  let state: State = 'passes'
  const pairs = new Map<Socket, { readonly there: Socket; isLost: boolean }>()

  const pass = (from: Socket, into: Socket, pair: { isLost: boolean }) =>
    from.on('data', (bytes) => {
      if (state === 'loses') pair.isLost = true
      if (!pair.isLost) into.write(bytes)
    })
  const apply = () => {
    for (const [here, { there }] of pairs)
      for (const socket of [here, there]) {
        if (state === 'stalls') socket.pause()
        else socket.resume()
      }
  }

  const server = createServer((here) => {
    const there = connect(`${to.host}/.s.PGSQL.${to.port}`)
    const pair = { there, isLost: state === 'loses' }
    pairs.set(here, pair)
    pass(here, there, pair)
    pass(there, here, pair)
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const)
      one
        .on('error', () => {})
        .on('close', () => {
          pairs.delete(here)
          if (!pair.isLost) other.destroy()
        })
    apply()
  })

  const folder = await mkdtemp(join(tmpdir(), 'messenger-test-net-'))
  server.listen(kind === 'TCP' ? { port: 0, host: '127.0.0.1' } : { path: `${folder}/.s.PGSQL.${PORT}` })
  await once(server, 'listening')
  const where =
    kind === 'TCP' ? { host: '127.0.0.1', port: (server.address() as AddressInfo).port } : { host: folder, port: PORT }

  return {
    ...where,
    is: (now) => {
      state = now
      if (now === 'loses') for (const pair of pairs.values()) pair.isLost = true
      apply()
    },
    open: () => pairs.size,
    close: async () => {
      for (const [here, { there }] of pairs) {
        here.destroy()
        there.destroy()
      }
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
