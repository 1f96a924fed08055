import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { TEXT } from '../database.ts'
import { obey } from '../worker.ts'
import type { KeepSending, Reply } from './members.ts'

/** A client of a server that is down asks again this much later. */
const PAUSE_MS = 20

const [url = '', connections, chats] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })

const post = async (text: string, signal: AbortSignal): Promise<number> => {
  const chat = 1 + Math.floor(Math.random() * Number(chats))
  const body = JSON.stringify({ text })
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
  const sending = request(`${url}/chats/${chat}/messages/`, { method: 'POST', agent, headers, signal })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  // What counts is the status, however the rest of the answer fares.
  answer.on('error', () => undefined).resume()
  return answer.statusCode ?? 0
}

/** The same of ours as `keepSending` of ejabberd: what was answered with 201, whatever became of the server. */
obey(async ({ seconds, round }: KeepSending): Promise<Reply> => {
  const acknowledged: string[] = []
  const signal = AbortSignal.timeout(seconds * 1000)
  const sendAll = async (sender: number) => {
    for (let n = 0; !signal.aborted; n++) {
      const token = `${round}.${sender}.${n}`
      const status = await post(`${token} ${TEXT}`.slice(0, TEXT.length), signal).catch(() => 0)
      if (status === 201) acknowledged.push(token)
      else await sleep(PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: Number(connections) }, (_, sender) => sendAll(sender)))
  return { acknowledged }
})
