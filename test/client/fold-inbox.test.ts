import { expect } from 'chai'
import fc from 'fast-check'
import { foldInbox, type InboxEntry, type InboxEvent, type Message } from '../../src/client/index.ts'

/** Seconds after noon. */
const at = (seconds: number) => new Date(Date.UTC(2026, 2, 14, 12, 0, seconds)).toISOString()

/** A chat with that many messages, the last of them sent then; with none it was opened then. */
const anEntry = (id: number, sent: number, when: number, unread = 0): InboxEntry => {
  const [created_at, text] = [at(when), 'hello']
  const said = { author: null, reply_to: null, text, metadata: {}, reactions: [], edited_at: null }
  const message: Message = { id: sent, chat_id: id, ...said, created_at }
  const last_message = sent === 0 ? null : message
  const opened = sent === 0 ? created_at : at(0)
  const chat = { id, title: 'x', created_at: opened, updated_at: created_at, last_message_id: sent, metadata: {} }
  return { chat: { ...chat, visibility: 'private' }, role: 'member', read_message_id: 0, unread, last_message }
}

const told = (entry: InboxEntry): InboxEvent => ({ type: 'entry', entry, position: undefined })
const there = (...chat_ids: readonly number[]): InboxEvent => ({ type: 'chats', chat_ids, position: undefined })
const gone = (chat_id: number): InboxEvent => ({ type: 'entry_removed', chat_id, position: undefined })

const idsOf = (entries: readonly InboxEntry[]) => entries.map(({ chat }) => chat.id)

describe('An inbox, folded', () => {
  const inbox = [anEntry(3, 1, 30), anEntry(2, 1, 20), anEntry(1, 0, 10)]

  it('has a chat on top in which a message was sent, and any other change where the chat was', () => {
    expect(idsOf(foldInbox(inbox, told(anEntry(1, 1, 40))))).to.deep.equal([1, 3, 2])
    const read = foldInbox(inbox, told(anEntry(2, 1, 20, 7)))
    expect([idsOf(read), read[1]?.unread]).to.deep.equal([[3, 2, 1], 7])
  })

  it('leaves a chat where it is whose last message was deleted', () => {
    const { last_message: _, ...entry } = anEntry(2, 1, 20)
    expect(idsOf(foldInbox(inbox, told({ ...entry, last_message: null })))).to.deep.equal([3, 2, 1])
  })

  it('takes in a chat that it did not have by the time of its last message, or its own', () => {
    expect(idsOf(foldInbox(inbox, told(anEntry(9, 5, 25))))).to.deep.equal([3, 9, 2, 1])
    expect(idsOf(foldInbox(inbox, told(anEntry(9, 0, 25))))).to.deep.equal([3, 9, 2, 1])
    expect(idsOf(foldInbox(inbox, told(anEntry(9, 0, 5))))).to.deep.equal([3, 2, 1, 9])
    expect(idsOf(foldInbox([], told(anEntry(9, 0, 5))))).to.deep.equal([9])
  })

  it('has the greater number first of those of one moment', () => {
    expect(idsOf(foldInbox(inbox, told(anEntry(9, 1, 20))))).to.deep.equal([3, 9, 2, 1])
    expect(idsOf(foldInbox(inbox, told(anEntry(0, 1, 20))))).to.deep.equal([3, 2, 0, 1])
  })

  it('drops what is removed, and what is not among all that are there', () => {
    expect(idsOf(foldInbox(inbox, gone(2)))).to.deep.equal([3, 1])
    expect(idsOf(foldInbox(inbox, gone(9)))).to.deep.equal([3, 2, 1])
    expect(idsOf(foldInbox(inbox, there(1, 3, 8)))).to.deep.equal([3, 1])
    expect(idsOf(foldInbox(inbox, there()))).to.deep.equal([])
  })

  it('is the same when an event is told twice, and leaves what it was given as it is', () => {
    const event = fc.oneof(
      fc.tuple(fc.nat(4), fc.nat(3), fc.nat(9)).map((entry) => told(anEntry(...entry))),
      fc.nat(4).map(gone),
      fc.uniqueArray(fc.nat(4)).map((ids) => there(...ids)),
    )
    fc.assert(
      fc.property(fc.array(event), event, (events, last) => {
        const before = Object.freeze(events.reduce(foldInbox, []))
        const after = foldInbox(before, last)
        expect(foldInbox(after, last)).to.deep.equal(after)
        expect(new Set(idsOf(after)).size).to.equal(after.length)
      }),
    )
  })
})
