import { get, type IncomingMessage } from 'node:http'
import { type Block, blockReader } from '../../../../src/client/server-sent-events.ts'
import { UNANSWERED } from '../checker/answers.ts'
import type { Told } from '../checker/history.ts'
import { aFollower, revisionAt, type RunningFollower } from './follower.ts'
import { pause, type World } from './world.ts'

/** Milliseconds of silence after which a connection is given up; a server says something every 15 seconds. */
const SILENCE_MS = 40_000

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
      if (status === 404) {
        for (const chat of left) tell({ kind: 'removed', chat })
        return
      }
      await pause(dice)
    }
  })
