import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Config } from './config.ts'

type Where = Pick<Config, 'HOST' | 'PORT'>

const sentence = (error: unknown, { HOST, PORT }: Where): string => {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EADDRINUSE':
      return `PORT ${PORT} is taken on ${HOST}: stop what listens there, or set another PORT`
    case 'EACCES':
      return `PORT ${PORT} is for privileged users alone: set one from 1024 on, and let a proxy or the system lead there`
    case 'EADDRNOTAVAIL':
      return `HOST ${HOST} is not an address of this machine: set one that is, or 0.0.0.0 for all of them`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `HOST ${HOST} is no address that can be listened on: set one of this machine, or 0.0.0.0 for all of them`
    default:
      return `HOST ${HOST} and PORT ${PORT} cannot be listened on (${message}): set others`
  }
}

/** Rejects with a sentence that names the variable to mend. */
export const listenOn = async (server: Server, where: Where): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host: where.HOST, port: where.PORT }, resolve)
  }).catch((error: unknown) => {
    throw new Error(sentence(error, where), { cause: error })
  })
}

/**
 * Rejects as `listenOn` would, and leaves nothing behind: to know it before a database is started. Resolves with the port, which
 * is another than the one asked for when that is 0.
 */
export const checkListening = async (where: Where): Promise<number> => {
  const server = createServer((socket) => socket.destroy())
  await listenOn(server, where)
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
