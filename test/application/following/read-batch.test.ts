import { expect } from 'chai'
import { changesIn } from '../../../src/application/following/read-batch.ts'
import * as Chat from '../../../src/domain/chat/chat.ts'
import type { Message } from '../../../src/domain/chat/message.ts'
import type { Revision } from '../../../src/domain/identity.ts'
import { aChatId, aMessageId, aNewChat, aText, NOON } from '../../fixtures.ts'
import { NO_REACTIONS } from '../../../src/domain/chat/reaction.ts'
import { Metadata } from '../../../src/domain/metadata.ts'

const aMessage = (revision: number): Message => ({
  chatId: aChatId(),
  id: aMessageId(revision),
  author: null,
  replyTo: null,
  metadata: Metadata.NONE,
  reactions: NO_REACTIONS,
  text: aText(),
  createdAt: NOON,
  editedAt: null,
  revision: revision as Revision,
})

const aChatAt = (revision: number, changedAt: number): Chat.Chat => ({
  ...Chat.open(aNewChat())(aChatId()),
  revision: revision as Revision,
  changedAtRevision: changedAt as Revision,
})

describe('The changes in a reading', () => {
  const changesOf = (cursor: number, chat: Chat.Chat, messages: readonly number[], more = false) => {
    const batch = changesIn(cursor as Revision, { chat, messages: messages.map(aMessage), members: [], more })
    return {
      changes: batch.changes.map(({ kind, revision }) => `${kind} ${revision}`),
      after: batch.after as number,
      upTo: batch.upTo as number,
    }
  }

  it('are those of messages and, in its place among them, that of the chat itself', () => {
    expect(changesOf(1, aChatAt(4, 3), [2, 4])).to.deep.equal({
      changes: ['message 2', 'chat 3', 'message 4'],
      after: 1,
      upTo: 4,
    })
    expect(changesOf(1, aChatAt(4, 2), [3, 4]).changes).to.deep.equal(['chat 2', 'message 3', 'message 4'])
    expect(changesOf(1, aChatAt(4, 4), [2, 3]).changes).to.deep.equal(['message 2', 'message 3', 'chat 4'])
    expect(changesOf(3, aChatAt(4, 4), []).changes).to.deep.equal(['chat 4'])
  })

  it('leave out a change of the chat that is no news', () => {
    expect(changesOf(3, aChatAt(4, 3), [4]).changes).to.deep.equal(['message 4'])
  })

  it('reach to the last message while there are more, and leave what lies beyond to the next reading', () => {
    expect(changesOf(0, aChatAt(9, 3), [1, 2], true)).to.deep.equal({
      changes: ['message 1', 'message 2'],
      after: 0,
      upTo: 2,
    })
    expect(changesOf(0, aChatAt(9, 2), [1, 3], true).changes).to.deep.equal(['message 1', 'chat 2', 'message 3'])
  })

  it('reach to where the chat is when there are no more, be there any or none', () => {
    expect(changesOf(0, aChatAt(9, 0), [1, 2])).to.include({ upTo: 9 })
    expect(changesOf(0, aChatAt(9, 0), [])).to.deep.equal({ changes: [], after: 0, upTo: 9 })
  })
})
