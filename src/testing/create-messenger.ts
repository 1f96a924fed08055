import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import * as E from 'fp-ts/lib/Either.js'
import type { Chat, Message } from '../client/schemas.ts'
import { ANYBODY } from '../domain/caller.ts'
import type { ChatId } from '../domain/identity.ts'
import { httpServer } from '../interfaces/http/server/server.ts'
import { chatView, messageView } from '../interfaces/http/chats/views.ts'
import { type TestClock, testClock } from './clock.ts'
import { connectionPair } from './connection-pair.ts'
import type { Credentials } from './credential.ts'
import { credentials } from './credentials.ts'
import type { Fault, RequestMatcher } from './fault.ts'
import { faults } from './faults.ts'
import { inProcessFetch } from './in-process-fetch.ts'
import { issuer } from './issuer.ts'
import type { PlantSeed, Seed } from './seed.ts'
import { plant } from './seeding.ts'
import { openService } from './service.ts'

/** How a messenger is made. */
export interface MessengerOptions {
  /** What its clock shows at first; noon of 14 March 2026 (UTC). */
  readonly now?: Date
  /**
   * Whether callers have to say who they are, and may do what their membership or their key allows, as on a server that was
   * told whom to trust. Without it everybody is let in as a service. With a `secret` of 32 bytes or more it also lets in users whose
   * tokens your own code signed with it (HS256), as a server does by `AUTH_JWT_SECRET`.
   */
  readonly authentication?: boolean | { readonly secret: string }
}

/** A whole messenger in this process, as the service is, but for its memory: it is gone with the messenger. */
export interface TestMessenger extends Credentials {
  /** The Web's `fetch`, answered by this messenger and without a network. Paths may stand without a host. */
  readonly fetch: typeof globalThis.fetch
  /** Serves the same at a port of this machine, a free one if none is named. Resolves with the URL. */
  readonly listen: (port?: number) => Promise<string>
  /** The messenger's time. It stands still until the test moves it. */
  readonly clock: TestClock
  /**
   * Lets the next request go wrong: any, or the next one that is meant. Twice means the next two. Throws for what is no fault or
   * no operation.
   */
  readonly fail: (next: Fault, on?: RequestMatcher) => void
  /** Cuts the connections of all event streams, as a lost network does. */
  readonly cutStreams: () => void
  readonly seed: PlantSeed
  /** Every chat, the oldest first. */
  readonly chats: () => Promise<readonly Chat[]>
  /** Every message of the chat that was not deleted, the oldest first. Rejects when there is no such chat. */
  readonly messages: (chatId: number) => Promise<readonly Message[]>
  /**
   * Forgets everything: chats, numbers, keys, what was to fail, and the time. Cuts every connection. Tokens of users, which no
   * messenger keeps, stay good.
   */
  readonly reset: () => void
  /** Cuts every connection and frees the port. */
  readonly close: () => Promise<void>
}

const NOON = new Date('2026-03-14T12:00:00.000Z')

const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, answerStallTimeout: 30_000 }

/** Makes a messenger. It is ready when this returns, and has nothing to do with any other. */
export const createMessenger = ({ now = NOON, authentication = false }: MessengerOptions = {}): TestMessenger => {
  const clock = testClock(now)
  const wrong = faults()
  const inProcess = new Set<Duplex>()
  const tokens = authentication ? issuer(clock, authentication === true ? undefined : authentication.secret) : undefined
  const open = () => openService(clock, tokens)
  let service = open()
  const { server } = httpServer(
    wrong.around((req, res) => service.app(req, res)),
    LIMITS,
  )
  let closed = false

  const connect = () => {
    const [ours, theirs] = connectionPair()
    inProcess.add(ours)
    ours.once('close', () => inProcess.delete(ours))
    // Not before the caller has hold of its end, and hears of it.
    if (closed) setImmediate(() => ours.destroy())
    else server.emit('connection', ours)
    return theirs
  }

  const cut = () => {
    for (const connection of inProcess) connection.destroy()
    server.closeAllConnections()
  }

  return {
    fetch: inProcessFetch(connect),
    listen: async (port = 0) => {
      await once(server.listen(port, '127.0.0.1'), 'listening')
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    clock,
    ...credentials(clock, tokens, () => service.keys),
    fail: wrong.add,
    cutStreams: wrong.cutStreams,
    seed: (async (asked: Seed) => plant(service.ground, clock, asked)) as PlantSeed,
    chats: async () => {
      const page = await service.ground.chats.list(ANYBODY, { limit: Infinity })()
      return E.isRight(page) ? page.right.entries.map(chatView).reverse() : []
    },
    messages: async (chatId) => {
      const page = await service.ground.chats.messages(ANYBODY, chatId as ChatId, { limit: Infinity })()
      if (E.isLeft(page)) throw new Error(`chat ${chatId} is not there`)
      return page.right.entries.map(messageView).reverse()
    },
    reset: () => {
      wrong.clear()
      cut()
      service.close()
      clock.set(now)
      service = open()
    },
    close: async () => {
      closed = true
      cut()
      service.close()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}
