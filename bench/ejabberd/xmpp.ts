import { once } from 'node:events'
import { connect } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import { HOST, roomOf } from './configuration.ts'
import type { Account } from './database.ts'
import { stanzaReader } from './stanzas.ts'

const HEADER = `<stream:stream to='${HOST}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
const MUC = 'http://jabber.org/protocol/muc'
const CONNECT_MS = 30_000

/** A client that is logged in, with one session. */
export interface Xmpp {
  readonly user: string
  readonly write: (xml: string) => void
  /** The next stanza of which this holds; several may be waited for at once. Rejects when the stream ends. */
  readonly next: (holds: (stanza: string) => boolean) => Promise<string>
  /** From now on what arrives is handed on unread. */
  readonly unread: (onChunk: (chunk: Buffer) => void) => void
  readonly close: () => void
}

interface Waiter {
  readonly holds: (stanza: string) => boolean
  readonly resolve: (stanza: string) => void
  readonly reject: (error: Error) => void
}

/** Everybody of a process reads into the same memory: a client costs it as little as it can. */
const shared = Buffer.alloc(65_536)

/** Connects without TLS and logs in by SASL PLAIN. */
export const connectXmpp = async (url: string, { user, password }: Account): Promise<Xmpp> => {
  const waiters = new Set<Waiter>()
  const settle = (waiter: Waiter, how: () => void) => {
    waiters.delete(waiter)
    how()
  }
  let end: Error | undefined
  const fail = (error: Error) => {
    end ??= error
    for (const waiter of waiters) settle(waiter, () => waiter.reject(error))
  }
  const decoder = new StringDecoder()
  const read = stanzaReader((stanza) => {
    if (stanza.startsWith('<failure') || stanza.startsWith('<stream:error')) fail(new Error(`${user}: ${stanza}`))
    for (const waiter of waiters) if (waiter.holds(stanza)) return settle(waiter, () => waiter.resolve(stanza))
  })
  let onChunk = (chunk: Buffer) => read(decoder.write(chunk))
  const socket = connect({
    host: new URL(url).hostname,
    port: Number(new URL(url).port),
    noDelay: true,
    onread: {
      buffer: shared,
      callback: (length, buffer) => {
        onChunk(Buffer.from(buffer.buffer, buffer.byteOffset, length))
        return true
      },
    },
  })
  socket.on('error', fail).once('close', () => fail(new Error(`the stream of ${user} ended`)))

  const next: Xmpp['next'] = (holds) =>
    new Promise((resolve, reject) => {
      if (end) reject(end)
      else waiters.add({ holds, resolve, reject })
    })
  const asked = (xml: string, answer: string): Promise<string> => {
    const answered = next((stanza) => stanza.startsWith(answer))
    socket.write(xml)
    return answered
  }

  const timer = setTimeout(() => socket.destroy(new Error(`${user} could not log in in time`)), CONNECT_MS)
  const plain = Buffer.from(`\0${user}\0${password}`).toString('base64')
  await once(socket, 'connect')
  await asked(HEADER, '<stream:features')
  await asked(`<auth xmlns='${SASL}' mechanism='PLAIN'>${plain}</auth>`, '<success')
  await asked(HEADER, '<stream:features')
  await asked(`<iq type='set' id='bind'><bind xmlns='${BIND}'><resource>bench</resource></bind></iq>`, '<iq')
  clearTimeout(timer)
  return {
    user,
    write: (xml) => void socket.write(xml),
    next,
    unread: (handed) => (onChunk = handed),
    close: () => void socket.destroy(),
  }
}

/** Enters a room, which is made when it is not there; without its history, which is read from the archive. */
export const join = async ({ user, write, next }: Xmpp, room: number): Promise<void> => {
  // The subject is the last that a room tells who enters.
  const entered = next((stanza) => stanza.includes('<subject') && stanza.includes(roomOf(room)))
  write(`<presence to='${roomOf(room)}/${user}'><x xmlns='${MUC}'><history maxstanzas='0'/></x></presence>`)
  await entered
}

/** Sends to a room and waits for the room's own copy of it. The id must be one that no other message had. */
export const sendTo = async ({ user, write, next }: Xmpp, room: number, id: string, text: string): Promise<void> => {
  const own = `${roomOf(room)}/${user}`
  const echoed = next((stanza) => stanza.includes(`id='${id}'`) && stanza.includes(own))
  write(`<message to='${roomOf(room)}' type='groupchat' id='${id}'><body>${text}</body></message>`)
  if ((await echoed).includes("type='error'")) throw new Error(`a message was refused: ${await echoed}`)
}

const PAGE = 20

/** Reads the last 20 of a room's archive. Rejects when there are fewer. */
export const readLast = async ({ write, next }: Xmpp, room: number, id: string): Promise<void> => {
  let messages = 0
  const answered = next((stanza) => {
    if (stanza.startsWith('<message')) messages++
    return stanza.startsWith('<iq') && stanza.includes(`id='${id}'`)
  })
  const page = `<set xmlns='http://jabber.org/protocol/rsm'><max>${PAGE}</max><before/></set>`
  write(`<iq to='${roomOf(room)}' type='set' id='${id}'><query xmlns='urn:xmpp:mam:2'>${page}</query></iq>`)
  const answer = await answered
  if (messages !== PAGE) throw new Error(`${messages} messages of the archive came, not ${PAGE}: ${answer}`)
}
