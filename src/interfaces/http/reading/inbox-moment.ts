import * as E from 'fp-ts/lib/Either.js'
import { BEGINNING_OF_TIME, type Moment } from '../../../application/ports/inboxes.ts'
import { codec } from '../codecs/codec.ts'
import { REPEATED } from '../codecs/rules.ts'

/** How the beginning of time is spelled. */
const ZERO = '0'

const VERSION = 1

/** The version, then the moment, which is below 2^48, as a whole number with its highest byte first. */
const [MOMENT_AT, MOMENT_BYTES] = [1, 6]
const SIZE = MOMENT_AT + MOMENT_BYTES

/** One opaque word of the URL-safe alphabet; 0 for the beginning of time. */
export const momentWord = (moment: Moment): string => {
  if (moment === BEGINNING_OF_TIME) return ZERO
  const bytes = Buffer.alloc(SIZE)
  bytes[0] = VERSION
  bytes.writeUIntBE(moment, MOMENT_AT, MOMENT_BYTES)
  return bytes.toString('base64url')
}

/** Undefined of whatever is no such word. Each moment has one spelling. */
const momentIn = (word: string): Moment | undefined => {
  if (word === ZERO) return BEGINNING_OF_TIME
  const bytes = Buffer.from(word, 'base64url')
  if (bytes.length !== SIZE) return undefined
  const moment = bytes.readUIntBE(MOMENT_AT, MOMENT_BYTES) as Moment
  return momentWord(moment) === word ? moment : undefined
}

/** From where to follow an inbox: the word of a link, or the id of an event. */
export const MomentCodec = codec<Moment>(
  'InboxMoment',
  (sent) => {
    if (Array.isArray(sent)) return REPEATED
    const moment = typeof sent === 'string' ? momentIn(sent) : undefined
    return moment === undefined ? E.left('malformed: must be the id of an event of this stream, or 0') : E.right(moment)
  },
  momentWord,
)
