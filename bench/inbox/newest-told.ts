/** How an entry shows its last message. Quotes within a text are escaped, so nothing else reads like this. */
const LAST_MESSAGE = /"last_message":\{"id":(\d+),"chat_id":(\d+),/g
/** No shorter than that with its longest numbers. */
const LONGEST = 80

/** Tells the last message of each entry in what arrives of a stream, also of those that come in pieces. */
export const newestTold = (told: (chatId: number, messageId: number) => void) => {
  /** What may be the beginning of one. */
  let tail = ''
  return (chunk: Buffer) => {
    const text = `${tail}${chunk.toString('latin1')}`
    let end = 0
    for (const found of text.matchAll(LAST_MESSAGE)) {
      told(Number(found[2]), Number(found[1]))
      end = found.index + found[0].length
    }
    tail = text.slice(Math.max(end, text.length - LONGEST))
  }
}
