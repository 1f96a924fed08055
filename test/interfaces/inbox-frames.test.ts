import { expect } from 'chai'
import type { InboxHead, Moment, OwnReading } from '../../src/application/ports/inboxes.ts'
import { memo } from '../../src/application/ports/memo.ts'
import { open } from '../../src/domain/chat/chat.ts'
import type { Message } from '../../src/domain/chat/message.ts'
import type { UserId } from '../../src/domain/caller.ts'
import type { Revision } from '../../src/domain/identity.ts'
import { batchFrames, entryJson } from '../../src/interfaces/http/reading/inbox-frames.ts'
import { momentWord } from '../../src/interfaces/http/reading/inbox-moment.ts'
import { inboxEntryView } from '../../src/interfaces/http/reading/views.ts'
import { aChatId, aMessageId, aNewChat, aPosition, aText, NOON } from '../fixtures.ts'

const chat = open(aNewChat('"Quoted"\n'))(aChatId(7))
const lastMessage: Message = {
  id: aMessageId(3),
  chatId: chat.id,
  author: 'alice' as UserId,
  text: aText('line\nbreak'),
  createdAt: NOON,
  editedAt: null,
  revision: 3 as Revision,
}
const own: OwnReading = { userId: 'bob' as UserId, role: 'reader', readMessageId: aPosition(1), unread: 2 }

describe('An entry of an inbox on a stream', () => {
  it('is written as on a page, byte for byte, with a last message or without', () => {
    for (const head of [
      { chat, lastMessage },
      { chat, lastMessage: null },
    ])
      expect(entryJson({ head: memo<InboxHead>(head), own })).to.equal(
        JSON.stringify(inboxEntryView({ ...head, ...own })),
      )
  })

  it('is written once for all users, but for what is their own', () => {
    let read = 0
    const counted = {
      ...chat,
      get title() {
        read++
        return chat.title
      },
    }
    const head = memo<InboxHead>({ chat: counted, lastMessage })
    const texts = [0, 1, 2].map((unread) => entryJson({ head, own: { ...own, unread } }))
    expect([read, new Set(texts).size]).to.deep.equal([1, 3])
  })

  it('has the id of what was told before, but for the last of a batch', () => {
    const [before, after] = [5, 9].map((moment) => moment as Moment) as [Moment, Moment]
    const events = [
      { kind: 'chats', chatIds: [chat.id] },
      { kind: 'entry', chatId: chat.id, head: memo<InboxHead>({ chat, lastMessage }), own },
      { kind: 'removed', chatId: aChatId(8) },
    ] as const
    const text = batchFrames({ events, before, after })
      .map(({ data }) => String(data))
      .join('')
    const blocks = text.split('\n\n')
    expect(blocks.pop()).to.equal('')
    expect(blocks.map((block) => block.split('\n').slice(0, 2))).to.deep.equal([
      [`id: ${momentWord(before)}`, 'event: chats'],
      [`id: ${momentWord(before)}`, 'event: entry'],
      [`id: ${momentWord(after)}`, 'event: entry_removed'],
    ])
    expect(blocks[0]).to.match(/data: \{"chat_ids":\[7\]\}$/)
    expect(blocks[2]).to.match(/data: \{"chat_id":8\}$/)
  })
})
