import { get, type IncomingMessage } from 'node:http'
import { createClient, isProblem, isTombstone } from '../../../../src/client/index.ts'
import { type Block, blockReader } from '../../../../src/client/server-sent-events.ts'
import { UNANSWERED } from '../checker/answers.ts'
import type { Follower, Told } from '../checker/history.ts'
import { revisionsIn } from './places.ts'
import { pause, type World } from './world.ts'

export interface RunningFollower extends Follower {
  /** Where it is in a chat; Infinity when it was told that the chat is gone. */
  readonly reached: (chat: number) => number
  readonly stop: () => void
  readonly ended: Promise<void>
}

/** Milliseconds of silence after which a connection is given up; a server says something every 15 seconds. */
const SILENCE_MS = 40_000

const aFollower = (
  name: string,
  chats: readonly number[],
  run: (tell: (told: Told) => void, places: Map<number, number>, signal: AbortSignal) => Promise<void>,
): RunningFollower => {
  const [told, reached] = [[] as Told[], new Map<number, number>()]
  const places = new Map(chats.map((chat) => [chat, 0]))
  const stopping = new AbortController()
  const tell = (event: Told) => {
    told.push(event)
    reached.set(event.chat, event.kind === 'removed' ? Infinity : (event.revision ?? 0))
  }
  return {
    name,
    places,
    told,
    reached: (chat) => reached.get(chat) ?? places.get(chat) ?? 0,
    stop: () => stopping.abort(),
    ended: run(tell, places, stopping.signal),
  }
}

const revisionAt = (place: string | undefined, chat: number) =>
  place === undefined ? undefined : /^\d+$/.test(place) ? Number(place) : revisionsIn(place).get(chat)

/** Follows through our own client, whose every connection goes to either server. */
export const aClientFollower = (world: World, name: string, chats: readonly number[]): RunningFollower =>
  aFollower(name, chats, async (tell, _, signal) => {
    const dice = world.dice.of(name)
    const client = createClient({
      baseUrl: 'http://either',
      attempts: 10_000,
      fetch: (input, init) => fetch(String(input).replace('http://either', dice.pick(world.urls)), init),
    })
    const [first = 0] = chats
    const events =
      chats.length === 1 ? client.follow(first, { after: 0, signal }) : client.followAll(chats, { after: '0', signal })
    try {
      for await (const event of events) {
        if (event.type === 'message') {
          const { id, chat_id } = event.message
          const text = isTombstone(event.message) ? undefined : event.message.text
          tell({ kind: 'message', chat: chat_id, message: id, text, revision: revisionAt(event.position, chat_id) })
        } else if (event.type === 'chat') {
          const { id, title } = event.chat
          tell({ kind: 'chat', chat: id, text: title, revision: revisionAt(event.position, id) })
        } else tell({ kind: event.type === 'chat_deleted' ? 'removed' : 'restored', chat: event.chat_id })
      }
    } catch (error) {
      // It was removed before the first connection.
      if (isProblem(error, 'not-found')) for (const chat of chats) tell({ kind: 'removed', chat })
      else world.incidents.push(`${name} gave up: ${String(error)}`)
    }
  })

/** One connection: its status, and its blocks until it ends. */
const connection = (
  url: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
  { answered, take }: { readonly answered: (status: number) => void; readonly take: (block: Block) => void },
) =>
  new Promise<number>((resolve) => {
    const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) }
    let status = UNANSWERED
    const request = get(url, { headers, agent: false, signal, timeout: SILENCE_MS })
    const end = () => resolve(status)
    request
      .on('timeout', () => request.destroy())
      .on('error', end)
      .on('close', end)
      .on('response', (response: IncomingMessage) => {
        status = response.statusCode ?? UNANSWERED
        answered(status)
        const read = blockReader()
        response.setEncoding('utf8').on('error', end)
        response.on('data', (piece: string) => {
          if (status === 200) for (const block of read(piece)) take(block)
        })
      })
  })

const toldBy = ({ event, data = '{}', id }: Block): Told | undefined => {
  const {
    id: number = 0,
    chat_id = 0,
    title,
    text,
  } = JSON.parse(data) as Partial<Record<'id' | 'chat_id', number> & Record<'title' | 'text', string>>
  if (event === 'message')
    return { kind: 'message', chat: chat_id, message: number, text, revision: revisionAt(id, chat_id) }
  if (event === 'chat') return { kind: 'chat', chat: number, text: title, revision: revisionAt(id, number) }
  return event === 'chat_deleted' ? { kind: 'removed', chat: number } : undefined
}

/** Follows by the letter of the WHATWG, from the beginning or from now on, each connection to either server. */
export const aRawFollower = (
  world: World,
  name: string,
  chats: readonly number[],
  isFromNow: boolean,
): RunningFollower =>
  aFollower(name, chats, async (tell, places, signal) => {
    const dice = world.dice.of(name)
    const operation = chats.length === 1 ? 'followChat' : 'followChats'
    const path =
      chats.length === 1 ? `/chats/${chats[0]}/events` : `/events?${chats.map((id) => `chat_id=${id}`).join('&')}`
    const target = isFromNow ? path : `${path}${path.includes('?') ? '&' : '?'}after=0`
    const left = new Set(chats)
    let place: string | undefined

    const begin = (at: string) => {
      if (place === undefined && isFromNow) for (const chat of chats) places.set(chat, revisionAt(at, chat) ?? 0)
    }
    const take = (block: Block) => {
      if (block.event === 'begin' && block.id !== undefined) begin(block.id)
      place = block.id ?? place
      const told = toldBy(block)
      if (told) tell(told)
      if (told?.kind === 'removed') left.delete(told.chat)
    }
    while (left.size > 0 && !signal.aborted) {
      const since = world.calmNow()
      const answered = (status: number) => world.count(operation, status, since)
      const status = await connection(dice.pick(world.urls) + target, place, signal, { answered, take })
      if (signal.aborted) return
      if (status === 404) {
        for (const chat of left) tell({ kind: 'removed', chat })
        return
      }
      await pause(dice)
    }
  })
