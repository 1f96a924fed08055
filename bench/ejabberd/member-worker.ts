import { setTimeout as sleep } from 'node:timers/promises'
import { TEXT } from '../database.ts'
import { type Measurement, summaryOf } from '../measurement.ts'
import { obey } from '../worker.ts'
import { accountOf } from './database.ts'
import type { Command, Reply } from './members.ts'
import { connectXmpp, join, readLast, sendTo, type Xmpp } from './xmpp.ts'

const [url = '', clients] = process.argv.slice(2)
const connections = Number(clients)

interface Member {
  readonly client: Xmpp
  /** Where nobody else is. */
  readonly rooms: readonly number[]
}

let members: readonly Member[] = []

const enter = async (rooms: number): Promise<void> => {
  const all = Array.from({ length: rooms }, (_, i) => i + 1)
  members = await Promise.all(
    Array.from({ length: connections }, async (_, n) => {
      const client = await connectXmpp(url, accountOf(n + 1))
      const own = all.filter((room) => room % connections === n)
      for (const room of own) await join(client, room)
      return { client, rooms: own }
    }),
  )
}

let turns = 0

/** Everybody asks again as soon as it was answered, for so many seconds. */
const loop = async (
  seconds: number,
  exchange: (client: Xmpp, room: number, id: string) => Promise<void>,
): Promise<Measurement> => {
  const turn = ++turns
  const times: number[] = []
  const startedAt = performance.now()
  const end = startedAt + seconds * 1000
  await Promise.all(
    members.map(async ({ client, rooms }) => {
      for (let n = 0; performance.now() < end; n++) {
        const before = performance.now()
        const room = rooms[Math.floor(Math.random() * rooms.length)] ?? 0
        await exchange(client, room, `${client.user}.${turn}.${n}`)
        times.push(performance.now() - before)
      }
    }),
  )
  return summaryOf(times, (performance.now() - startedAt) / 1000)
}

/** A client whose message was refused, or whose stream has ended, tries again this much later. */
const PAUSE_MS = 20

/** Sends whose texts begin with their ids, while somebody kills the server or its PostgreSQL; the ids that were echoed. */
const keepSending = async (seconds: number, round: string): Promise<readonly string[]> => {
  const acknowledged: string[] = []
  const send = async (client: Xmpp, room: number, id: string) => {
    const token = `${round}.${id}`
    await sendTo(client, room, token, `${token} ${TEXT}`.slice(0, TEXT.length))
    acknowledged.push(token)
  }
  const sending = loop(seconds, (client, room, id) => send(client, room, id).catch(() => sleep(PAUSE_MS)))
  // Who waits for an echo that does not come would wait for ever.
  await Promise.race([sending, sleep(seconds * 1000 + 100)])
  return acknowledged.slice()
}

obey(async (command: Command): Promise<Reply> => {
  switch (command.kind) {
    case 'enter':
      await enter(command.rooms)
      return {}
    case 'send':
      return { measured: await loop(command.seconds, (client, room, id) => sendTo(client, room, id, TEXT)) }
    case 'read':
      return { measured: await loop(command.seconds, readLast) }
    case 'keep sending':
      return { acknowledged: await keepSending(command.seconds, command.round) }
  }
})
