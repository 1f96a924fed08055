import * as E from 'fp-ts/lib/Either.js'
import { ChatId, Revision } from '../../../domain/identity.ts'
import { codec } from '../codecs/codec.ts'
import { REPEATED } from '../codecs/rules.ts'

/** A place in each of several chats. */
type Positions = ReadonlyMap<ChatId, Revision>

/** What a client says of where it is: a place in each of several chats, or the beginning of whatever it asks for. */
export type Places = Positions | 'beginning'

/** Where the client is in the chat; undefined when it was never there. */
export const revisionIn = (places: Places, chatId: ChatId): Revision | undefined =>
  places === 'beginning' ? BEGINNING : places.get(chatId)

const BEGINNING = 0 as Revision

/** How the beginning is spelled, for one chat as for several. */
const ZERO = '0'

const VERSION = 1

/** What a place takes at the most: two numbers below 2^53, seven bits a byte. */
const PLACE_BYTES = 16

/** Every event of every stream of several chats has a token of its own: they are written in one place, which grows. */
let scratch = Buffer.alloc(100 * PLACE_BYTES)

/** Unsigned LEB128: seven bits a byte, the lowest first. Whole numbers beyond 2^31 rule the bitwise operators out. */
const write = (end: number, value: number): number => {
  for (; value > 127; value = Math.floor(value / 128)) scratch[end++] = 128 + (value % 128)
  scratch[end++] = value
  return end
}

const read = (bytes: Buffer): number[] | undefined => {
  const values: number[] = []
  let [value, unit] = [0, 1]
  for (const byte of bytes) {
    value += (byte % 128) * unit
    if (value > Number.MAX_SAFE_INTEGER) return undefined
    if (byte > 127) unit *= 128
    else {
      values.push(value)
      ;[value, unit] = [0, 1]
    }
  }
  return unit === 1 ? values : undefined
}

/** One opaque word of the URL-safe alphabet: a version, then each chat with its revision. */
export const tokenOf = (positions: Positions): string => {
  const most = (positions.size + 1) * PLACE_BYTES
  if (scratch.length < most) scratch = Buffer.alloc(most)
  let end = write(0, VERSION)
  for (const [chatId, revision] of positions) end = write(write(end, chatId), revision)
  return scratch.toString('base64url', 0, end)
}

const positionsIn = (token: string): Positions | undefined => {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(token)) return undefined
  const [version, ...values] = read(Buffer.from(token, 'base64url')) ?? []
  if (version !== VERSION || values.length % 2 !== 0) return undefined
  const positions = new Map<ChatId, Revision>()
  for (let index = 0; index < values.length; index += 2) {
    const chatId = ChatId.parse(values[index] ?? 0)
    const revision = Revision.parse(values[index + 1] ?? 0)
    if (E.isLeft(chatId) || E.isLeft(revision)) return undefined
    positions.set(chatId.right, revision.right)
  }
  return positions
}

export const PlacesCodec = codec<Places>(
  'Places',
  (sent) => {
    if (Array.isArray(sent)) return REPEATED
    if (sent === ZERO) return E.right('beginning')
    const positions = typeof sent === 'string' ? positionsIn(sent) : undefined
    return positions ? E.right(positions) : E.left('malformed: must be the id of an event of this stream, or 0')
  },
  (places) => (places === 'beginning' ? ZERO : tokenOf(places)),
)
