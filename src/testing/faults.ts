import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { operations } from '../client/operations.ts'
import { checkFault, type Fault, type RequestMatcher } from './fault.ts'
import { isRefusal, refuse } from './refusals.ts'

type Matches = (method: string, path: string) => boolean

const matching = (on: RequestMatcher | undefined): Matches => {
  if (on === undefined) return () => true
  if (typeof on === 'string') {
    // Callers without types get a wrong id past the compiler.
    const operation = (operations as Partial<typeof operations>)[on]
    if (!operation) throw new Error(`${on} is none of ${Object.keys(operations).join(', ')}`)
    const template = operation.path.replace(/\/$/, '').replaceAll(/\{\w+\}/g, '[^/]+')
    return (method, path) => method === operation.method && new RegExp(`^${template}/?$`).test(path)
  }
  return (method, path) =>
    (on.method === undefined || on.method.toUpperCase() === method) &&
    (on.path === undefined || (typeof on.path === 'string' ? on.path === path : path.search(on.path) >= 0))
}

const meets = (matches: Matches, { method = '', url = '' }: IncomingMessage) => matches(method, url.split('?')[0] ?? '')

/** Does what was asked, and cuts the connection at the first byte of the answer. */
const loseAnswer = (res: ServerResponse) => {
  const cut = () => {
    res.req.socket.destroy()
    return res
  }
  Object.assign(res, { end: cut, flushHeaders: cut, write: () => !cut().destroyed })
}

const streams = [matching('followChat'), matching('followChats'), matching('followInbox')]

const isStream = (req: IncomingMessage) => streams.some((matches) => meets(matches, req))

/** Does it later, unless nobody waits for it any more. */
const later = (milliseconds: number, res: ServerResponse, act: () => void) => {
  const timer = setTimeout(act, milliseconds)
  res.once('close', () => clearTimeout(timer))
}

interface Faults {
  /** For the next request that is meant; any, when none is named. */
  readonly add: (fault: Fault, on?: RequestMatcher) => void
  readonly clear: () => void
  readonly cutStreams: () => void
  /** The same service, with the faults. */
  readonly around: (app: RequestListener) => RequestListener
}

export const faults = (): Faults => {
  const pending: { readonly fault: Fault; readonly matches: Matches }[] = []
  const underWay = new Set<ServerResponse>()

  const take = (req: IncomingMessage): Fault | undefined => {
    const index = pending.findIndex(({ matches }) => meets(matches, req))
    return index < 0 ? undefined : pending.splice(index, 1)[0]?.fault
  }

  return {
    add: (fault, on) => {
      checkFault(fault)
      pending.push({ fault, matches: matching(on) })
    },
    clear: () => void (pending.length = 0),
    cutStreams: () => {
      for (const { req } of underWay) if (isStream(req)) req.socket.destroy()
    },
    around: (app) => (req, res) => {
      underWay.add(res)
      res.once('close', () => underWay.delete(res))
      const fault = take(req)
      if (fault === 'timeout') return
      if (isRefusal(fault)) return refuse(fault, isStream(req), req, res)
      if (typeof fault === 'object') return later(fault.slow, res, () => app(req, res))
      if (fault === 'lost-answer') loseAnswer(res)
      app(req, res)
    },
  }
}
