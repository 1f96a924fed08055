import { expect } from 'chai'
import { newestTold } from '../../bench/inbox/newest-told.ts'

const entry = (chatId: number, messageId: number, text: string) => {
  const last = { id: messageId, chat_id: chatId, author: null, reply_to: null, text }
  const data = { chat: { id: chatId, title: text }, role: 'member', read_message_id: 1, unread: 2, last_message: last }
  return `id: AQGc60dmNA\nevent: entry\ndata: ${JSON.stringify(data)}\n\n`
}

const STREAM = [
  entry(7, 4, 'Grüße'),
  ': still here\n\n',
  'id: AQ\nevent: entry\ndata: {"chat":{"id":8},"last_message":null}\n\n',
  entry(8, 12, '"last_message":{"id":1,"chat_id":2,'),
  entry(9_007_199_254_740_991, 9_007_199_254_740_991, 'The greatest there are'),
  'event: entry_removed\ndata: {"chat_id":7}\n\n',
].join('')

const toldIn = (chunks: readonly Buffer[]) => {
  const told: [number, number][] = []
  chunks.forEach(newestTold((chatId, messageId) => told.push([chatId, messageId])))
  return told
}

describe('The newest messages that entries tell', () => {
  it('are read each once and in order, in pieces of any length, and not out of texts', () => {
    const bytes = Buffer.from(STREAM)
    for (let length = 1; length <= bytes.length; length++) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
        bytes.subarray(i * length, (i + 1) * length),
      )
      expect(toldIn(chunks), `pieces of ${length}`).to.deep.equal([
        [7, 4],
        [8, 12],
        [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      ])
    }
  })
})
