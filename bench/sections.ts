import { against } from './against.ts'
import { callers } from './callers/callers.ts'
import {
  CONNECTIONS,
  getChat,
  getMessage,
  openWithKey,
  openWithoutKey,
  over,
  readAnywhere,
  readLast,
  send,
  sendWithKey,
  sendWithoutKey,
  serversUnder,
} from './contenders.ts'
import { cpu } from './cpu.ts'
import { TEXT } from './database.ts'
import { deepPage } from './deep-page.ts'
import { ejabberd } from './ejabberd/ejabberd.ts'
import { growth } from './growth.ts'
import { inbox } from './inbox/inbox.ts'
import { type Contender, takeTurns } from './measurement.ts'
import { memory } from './memory.ts'
import { profile } from './profile/profile.ts'
import { more } from './more/more.ts'
import type { Section } from './section.ts'
import { servers } from './servers.ts'
import { signals } from './signals.ts'
import { streams } from './streams.ts'
import { sweep } from './sweep.ts'
import { compare, type Goal, thousands } from './table.ts'
import { traces } from './traces/traces.ts'

const sends: Section = async (stage) => {
  const { load, sizes, pace } = stage
  const limit = await stage.limit()
  const turns = await takeTurns(
    [
      ...(await serversUnder(stage, send, { chats: sizes.chats })),
      { ...over(load, 'ours, one hot chat', await stage.ours(), send, { chats: 1 }), needsWarming: false },
      ...(limit ? [{ name: 'limit', measure: limit.send, needsWarming: false }] : []),
    ],
    pace,
  )
  const many = `send, ${thousands(sizes.chats)} chats`
  return {
    rows: [
      ...compare(turns, { figure: many, quantity: 'perSecond', of: 'ours', to: 'peer', goal: { atLeast: 20 } }),
      ...compare(turns, { figure: many, quantity: 'perSecond', of: 'ours', to: 'floor', goal: { atLeast: 0.65 } }),
      ...compare(turns, { figure: many, quantity: 'perSecond', of: 'ours', to: 'limit', goal: { atLeast: 1 } }),
      ...compare(turns, {
        figure: 'send, one hot chat',
        quantity: 'perSecond',
        of: 'ours, one hot chat',
        to: 'ours',
        goal: { atLeast: 0.7 },
      }),
      ...compare(turns, { figure: `${many}, p99`, quantity: 'p99', of: 'ours', to: 'floor', goal: { atMost: 3 } }),
      ...compare(turns, { figure: `${many}, p99`, quantity: 'p99', of: 'ours', to: 'peer' }),
    ],
  }
}

const reads: Section = async (stage) => {
  const limit = await stage.limit()
  const turns = await takeTurns(
    [
      ...(await serversUnder(stage, readLast, { chats: stage.sizes.chats })),
      ...(limit ? [{ name: 'limit', measure: limit.read, needsWarming: false }] : []),
    ],
    stage.pace,
  )
  const figure = 'read the last 20'
  const anywhere = await takeTurns(
    [
      over(stage.load, 'ours', await stage.ours(), readAnywhere, {
        chats: stage.sizes.chats,
        messages: stage.sizes.messages,
      }),
      {
        ...over(stage.load, 'floor', await stage.floor(), readLast, { chats: stage.sizes.chats }),
        needsWarming: false,
      },
    ],
    stage.pace,
  )
  return {
    rows: [
      ...compare(turns, { figure, quantity: 'perSecond', of: 'ours', to: 'peer', goal: { atLeast: 10 } }),
      ...compare(turns, { figure, quantity: 'perSecond', of: 'ours', to: 'floor', goal: { atLeast: 0.5 } }),
      ...compare(turns, { figure, quantity: 'perSecond', of: 'ours', to: 'limit' }),
      ...compare(turns, { figure: `${figure}, p99`, quantity: 'p99', of: 'ours', to: 'floor' }),
      ...compare(anywhere, {
        figure: 'read 20 anywhere, pages never seen',
        quantity: 'perSecond',
        of: 'ours',
        to: 'floor',
        goal: { atLeast: 0.6 },
      }),
    ],
  }
}

/** Ours against a bare prepared statement that does the same, from Node, each by one client alone. */
const loneClient: Section = async (stage) => {
  const { load, sizes, pace } = stage
  const connection = await stage.limitDatabase()
  const transaction: Contender = {
    name: 'bare transaction',
    measure: (seconds) => load.run({ kind: 'transaction', connection, chats: sizes.chats, text: TEXT, seconds }),
  }
  const alone = over(load, 'ours', await stage.ours(), send, { chats: sizes.chats, connections: 1 })
  const turns = await takeTurns([alone, transaction], pace)
  const figure = 'send, one lone client, p50'
  return {
    rows: compare(turns, { figure, quantity: 'p50', of: 'ours', to: 'bare transaction', goal: { atMost: 1.5 } }),
  }
}

/**
 * What an Idempotency-Key costs. A group of sends without one is another statement, in which nothing speaks of keys, and
 * such a message has no entry in the index of keys: it costs what it did before there were any.
 */
const keyed: Section = async ({ load, ours, sizes, pace }) => {
  const server = await ours()
  const measured = async (connections: number, withKey = sendWithKey, withoutKey = sendWithoutKey) => {
    const crowd = { chats: sizes.chats, connections }
    return takeTurns(
      [over(load, 'with a key', server, withKey, crowd), over(load, 'without', server, withoutKey, crowd)],
      { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3) },
    )
  }
  const names = { of: 'with a key', to: 'without' }
  return {
    rows: [
      ...compare(await measured(CONNECTIONS), {
        figure: 'send with a key',
        quantity: 'perSecond',
        ...names,
        goal: { atLeast: 0.8 },
      }),
      ...compare(await measured(1), {
        figure: 'send with a key, one lone client, p50',
        quantity: 'p50',
        ...names,
        goal: { atMost: 1.25 },
      }),
      ...compare(await measured(CONNECTIONS, openWithKey, openWithoutKey), {
        figure: 'open a chat with a key',
        quantity: 'perSecond',
        ...names,
        goal: { atLeast: 0.8 },
      }),
    ],
  }
}

const gets: Section = async (stage) => {
  const { load, sizes, pace } = stage
  const [ours, floor] = [await stage.ours(), await stage.floor()]
  const crowd = { chats: sizes.chats, messages: sizes.messages }
  const briefly = { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3), seconds: Math.ceil(pace.seconds / 2) }
  const measured = async (figure: string, exchange: typeof getChat, goal?: Goal) => {
    const contenders = [over(load, 'ours', ours, exchange, crowd), over(load, 'floor', floor, exchange, crowd)]
    const names = { figure, quantity: 'perSecond', of: 'ours', to: 'floor' } as const
    return compare(await takeTurns(contenders, briefly), { ...names, ...(goal && { goal }) })
  }
  return {
    rows: [
      ...(await measured('get a chat with its last 20', getChat)),
      ...(await measured('get a message', getMessage, { atLeast: 0.6 })),
    ],
  }
}

/**
 * In the order they run. Those with `long` set run only when named, or with --full or --quick; those with `alone` only
 * when named.
 */
export const SECTIONS: Readonly<
  Record<string, { readonly run: Section; readonly long?: true; readonly alone?: true }>
> = {
  send: { run: sends },
  read: { run: reads },
  get: { run: gets },
  lone: { run: loneClient },
  cpu: { run: cpu },
  keyed: { run: keyed },
  streams: { run: streams },
  'deep-page': { run: deepPage },
  sweep: { run: sweep, long: true },
  growth: { run: growth, long: true },
  memory: { run: memory, long: true },
  servers: { run: servers, long: true },
  signals: { run: signals, long: true },
  callers: { run: callers, long: true },
  profile: { run: profile, alone: true },
  inbox: { run: inbox, alone: true },
  more: { run: more, alone: true },
  traces: { run: traces, alone: true },
  against: { run: against, alone: true },
  ejabberd: { run: ejabberd, alone: true },
}

export const LOAD_DESCRIPTION = `${CONNECTIONS} keep-alive connections unless a line says otherwise`
