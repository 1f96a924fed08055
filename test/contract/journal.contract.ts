import { expect } from 'chai'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Changes, Journal } from '../../src/application/ports/journal.ts'
import { isTombstone } from '../../src/domain/chat/message.ts'
import type { ChatId, Revision } from '../../src/domain/identity.ts'
import { aChatId, later, left, right, upTo } from '../fixtures.ts'
import { type ChangesOf, changesOf } from '../kept-changes.ts'

const MISSING = aChatId(99_999)

/** What every `Journal` must do, beside the chats whose journal it is. */
export const journalContract = (open: () => Promise<{ readonly chats: Chats; readonly journal: Journal }>) => {
  let journal: Journal
  let make: ChangesOf

  beforeEach(async () => {
    const opened = await open()
    journal = opened.journal
    make = changesOf(opened.chats)
  })

  const since = async (id: ChatId, after: number, limit = 100) =>
    right(await journal.since(id, after as Revision, limit)())
  const told = ({ messages, more }: Changes) => ({
    changes: messages.map(({ id, revision }) => [id as number, revision as number]),
    more,
  })
  const revisions = async (...ids: ChatId[]) => [...right(await journal.revisions(ids)())].sort(([a], [b]) => a - b)

  describe('since', () => {
    it('finds the messages that changed after the revision, the earliest first', async () => {
      const id = await make.open()
      await make.sendMany(id, 4)
      expect(told(await since(id, 0))).to.deep.equal({
        changes: [1, 2, 3, 4].map((n) => [n, n]),
        more: false,
      })
      expect(told(await since(id, 3)).changes).to.deep.equal([[4, 4]])
      expect(told(await since(id, 4)).changes).to.deep.equal([])
      expect(told(await since(id, 99)).changes).to.deep.equal([])
    })

    it('finds a message once, as it is now, in the place of its last change', async () => {
      const id = await make.open()
      await make.sendMany(id, 3)
      await make.edit(id, 1, 'once')
      await make.edit(id, 1, 'twice')
      const { messages } = await since(id, 1)
      expect(messages.map(({ revision }) => revision as number)).to.deep.equal([2, 3, 5])
      expect(messages.at(-1)).to.include({ id: 1, text: 'twice' })
    })

    it('finds what a deletion left: times and revision, never the text', async () => {
      const id = await make.open()
      await make.sendMany(id, 2)
      await make.erase(id, 1)
      const { messages } = await since(id, 2)
      expect(messages).to.have.length(1)
      expect(messages[0]).to.deep.include({ chatId: id, id: 1, revision: 3, deletedAt: later(2000) })
      expect(messages[0] && isTombstone(messages[0])).to.equal(true)
      expect(messages[0]).to.not.have.property('text')
    })

    it('gives the chat beside them, of which a new title is told by its revision alone', async () => {
      const id = await make.open('old')
      await make.send(id)
      await make.rename(id, 'new')
      const { chat, messages } = await since(id, 1)
      expect(messages).to.deep.equal([])
      expect(chat).to.include({ id, title: 'new', revision: 2, changedAtRevision: 2, lastMessageId: 1 })
    })

    it('finds no more than the limit, and says whether there are more', async () => {
      const id = await make.open()
      await make.sendMany(id, 3)
      expect(told(await since(id, 0, 2))).to.deep.equal({
        changes: [
          [1, 1],
          [2, 2],
        ],
        more: true,
      })
      expect(told(await since(id, 0, 3)).more).to.equal(false)
      expect(told(await since(id, 1, 2)).more).to.equal(false)
    })

    it('sees the chat and its messages at one moment, whatever goes on', async () => {
      const id = await make.open()
      const changing = (async () => {
        for (const n of upTo(30)) {
          await make.send(id)
          if (n % 3 === 0) await make.edit(id, n, `edited ${n}`)
          if (n % 5 === 0) await make.rename(id, `title ${n}`)
        }
      })()
      for (let n = 0; n < 60; n++) {
        const { chat, messages } = await since(id, 0)
        const latest = Math.max(chat.changedAtRevision, messages.at(-1)?.revision ?? 0)
        expect(latest).to.equal(chat.revision)
      }
      await changing
    })

    it('keeps to one chat', async () => {
      const [id, neighbour] = [await make.open(), await make.open()]
      await make.send(neighbour)
      expect((await since(id, 0)).messages).to.deep.equal([])
    })

    it('does not find a chat that never was, or was removed', async () => {
      const id = await make.open()
      await make.send(id)
      await make.remove(id)
      for (const chatId of [id, MISSING])
        expect(left(await journal.since(chatId, 0 as Revision, 1)())).to.deep.equal({ kind: 'ChatNotFound', chatId })
    })

    it('never changes what it gave', async () => {
      const id = await make.open()
      await make.sendMany(id, 2)
      const given = await since(id, 0)
      const before = structuredClone(given)
      await make.edit(id, 1)
      await make.erase(id, 2)
      await make.rename(id)
      await make.remove(id)
      expect(given).to.deep.equal(before)
    })
  })

  describe('revisions', () => {
    it('are those of the chats that exist', async () => {
      const [quiet, busy, gone] = [await make.open(), await make.open(), await make.open()]
      await make.sendMany(busy, 2)
      await make.rename(busy)
      await make.remove(gone)
      expect(await revisions(gone, busy, MISSING, quiet)).to.deep.equal([
        [quiet, 0],
        [busy, 3],
      ])
    })

    it('are found for no chat, for one twice, and for thousands', async () => {
      const ids = [await make.open(), await make.open()]
      const [first, last] = ids as [ChatId, ChatId]
      const others = upTo(2500).map((n) => aChatId(1_000_000 + n))
      expect(await revisions()).to.deep.equal([])
      expect(await revisions(first, first)).to.deep.equal([[first, 0]])
      expect(await revisions(first, ...others, last)).to.deep.equal(ids.map((id) => [id, 0]))
    })

    it('move with every kind of change', async () => {
      const id = await make.open()
      const changes = [make.send, (id: ChatId) => make.edit(id, 1), make.rename, (id: ChatId) => make.erase(id, 1)]
      for (const [index, change] of changes.entries()) {
        await change(id)
        expect(await revisions(id)).to.deep.equal([[id, index + 1]])
      }
    })

    it('never change in what was given', async () => {
      const id = await make.open()
      const given = right(await journal.revisions([id])())
      await make.send(id)
      expect([...given]).to.deep.equal([[id, 0]])
    })
  })
}
