import type { Server } from './child.ts'
import { TEXT } from './database.ts'
import type { Asker, Load } from './load.ts'
import type { Contender } from './measurement.ts'
import type { Stage } from './stage.ts'

const MESSAGES = '/chats/{chat}/messages/'

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: string
  readonly keys?: boolean
  readonly newcomers?: boolean
}

export const send: Exchange = { method: 'POST', path: MESSAGES, body: JSON.stringify({ text: TEXT }) }
export const sendWithKey: Exchange = { ...send, keys: true }
export const sendWithoutKey: Exchange = { ...send, keys: false }
/** A chat that is opened. */
export const open: Exchange = { method: 'POST', path: '/chats/', body: JSON.stringify({ title: 'Release party' }) }
export const openWithKey: Exchange = { ...open, keys: true }
export const openWithoutKey: Exchange = { ...open, keys: false }
export const readLast: Exchange = { method: 'GET', path: `${MESSAGES}?limit=20` }
/** Some page out of more than a server keeps in mind. */
export const readAnywhere: Exchange = { method: 'GET', path: `${MESSAGES}?limit=20&before={message}` }
export const getChat: Exchange = { method: 'GET', path: '/chats/{chat}' }
export const getMessage: Exchange = { method: 'GET', path: `${MESSAGES}{message}` }

/** The load that every figure is taken under, unless it says otherwise. */
export const CONNECTIONS = 64

export interface Crowd {
  readonly chats: number
  readonly messages?: number
  readonly connections?: number
  /** Who asks, each on a connection of its own. */
  readonly askers?: readonly Asker[]
  /** More servers, over which the connections are spread evenly. */
  readonly alsoTo?: readonly string[]
  /** Whether each of them is asked about chats of its own. */
  readonly apart?: boolean
}

/** A server under one kind of request. */
export const over = (load: Load, name: string, { url }: Server, exchange: Exchange, crowd: Crowd): Contender => ({
  name,
  measure: (seconds) => load.run({ kind: 'http', url, connections: CONNECTIONS, ...crowd, ...exchange, seconds }),
})

/** Ours, the floor and, where it can run, the peer, all under the same requests. */
export const serversUnder = async (stage: Stage, exchange: Exchange, crowd: Crowd): Promise<readonly Contender[]> => {
  const peer = await stage.peer()
  return [
    over(stage.load, 'ours', await stage.ours(), exchange, crowd),
    over(stage.load, 'floor', await stage.floor(), exchange, crowd),
    ...(peer ? [over(stage.load, 'peer', peer, exchange, crowd)] : []),
  ]
}
