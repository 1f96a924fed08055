import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TypingCommand, TypingReply } from './signals.ts'
import { CHAT } from './streams.ts'
import { obey } from './worker.ts'

const [url = '', users = '0'] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })

const ask = async (method: string, path: string, body: string, headers: Record<string, string | number>) => {
  const length = { 'Content-Length': Buffer.byteLength(body) }
  const asking = request(`${url}${CHAT}${path}`, { method, agent, headers: { ...headers, ...length } })
  asking.end(body)
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  await once(answer.resume(), 'end')
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`${method} ${path} was answered with ${answer.statusCode}`)
}

const everybody = Array.from({ length: Number(users) }, (_, n) => `user-${n}`)

const join = (user: string) =>
  ask('PUT', `/members/${user}`, JSON.stringify({ role: 'member' }), { 'Content-Type': 'application/json' })

/** Milliseconds between two askings of a user; undefined while nobody types. */
let pause: number | undefined
let asked = 0
let typing: Promise<unknown> = Promise.resolve()

const type = async (user: string) => {
  // Not all of them in the same moment.
  await sleep(Math.random() * (pause ?? 0))
  while (pause !== undefined) {
    await ask('POST', '/typing', '', { 'On-Behalf-Of': user })
    asked += 1
    if (pause > 0) await sleep(pause)
  }
}

obey(async (command: TypingCommand): Promise<TypingReply> => {
  if (command.kind === 'join') for (const user of everybody) await join(user)
  if (command.kind === 'type') {
    pause = command.pause
    asked = 0
    typing = Promise.all(everybody.map(type))
  }
  if (command.kind === 'rest') {
    pause = undefined
    await typing
  }
  return { asked }
})
