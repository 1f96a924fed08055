import { expect } from 'chai'
import type { Chats } from '../../src/application/ports/chats.ts'
import {
  BEGINNING_OF_TIME,
  type InboxAddress,
  type InboxEntry,
  type Inboxes,
  type InboxSelection,
} from '../../src/application/ports/inboxes.ts'
import { ANYBODY, type User, type UserId } from '../../src/domain/caller.ts'
import type { NewChat } from '../../src/domain/chat/chat.ts'
import type { ChatId, MessagePosition } from '../../src/domain/identity.ts'
import { type Acting, acting } from '../acting.ts'
import { findChat } from '../changes.ts'
import { aChatId, aPosition, aTitle, aUser, later, NOON, right, upTo } from '../fixtures.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]
const NOWHERE = aChatId(99_999)

/** A storage of inboxes, and what a test must do to it. */
export interface InboxStorage {
  readonly chats: Chats
  readonly inboxes: Inboxes
  /** Puts a marker to the message. */
  readonly mark: (address: InboxAddress, messageId: MessagePosition) => Promise<unknown>
  /** Has everything that was changed so far have been changed long ago. */
  readonly age: () => Promise<unknown>
}

/** What every storage owes to inboxes. */
export const inboxesContract = (open: () => Promise<InboxStorage>) => {
  let storage: InboxStorage
  let inboxes: Inboxes
  let act: Acting

  beforeEach(async () => {
    storage = await open()
    inboxes = storage.inboxes
    act = acting(storage.chats)
  })

  const at = (chatId: ChatId, { id: userId }: User): InboxAddress => ({ chatId, userId })
  const mark = (chatId: ChatId, user: User, messageId: number) => storage.mark(at(chatId, user), aPosition(messageId))
  /** A chat of alice's with bob. */
  const opened = async (draft: Partial<NewChat> = {}) =>
    right(await act.open(ALICE, { members: [{ userId: BOB.id, role: 'member' }], ...draft })).done.id
  const send = async (chatId: ChatId, count = 1, from: Parameters<Acting['send']>[0] = ALICE, when = NOON) => {
    for (const n of upTo(count)) right(await act.send(from, chatId, `message ${n}`, when))
  }
  const page = async ({ id }: User, selection: InboxSelection = { limit: 10 }) =>
    right(await inboxes.page(id, selection)())
  const idsOf = (entries: readonly InboxEntry[]) => entries.map(({ chat }) => chat.id)
  const entryOf = async (chatId: ChatId, user: User) =>
    (await page(user)).entries.find(({ chat }) => chat.id === chatId) as InboxEntry
  const stateOf = async (chatId: ChatId, user: User) => {
    const { readMessageId, unread, lastMessage } = await entryOf(chatId, user)
    return [readMessageId, unread, lastMessage && lastMessage.id] as readonly (number | null)[]
  }

  describe('the page of an inbox', () => {
    it('shows each chat with what is its own: role, marker, what came after it, and the last message', async () => {
      const chatId = await opened({ title: aTitle('Plates') })
      await send(chatId, 3)
      await mark(chatId, BOB, 1)
      const { entries, more } = await page(BOB)
      const chat = right(await findChat(storage.chats, chatId))
      const lastMessage = right(await storage.chats.messages(BOB, chatId, { limit: 1 })()).entries[0]
      expect(entries).to.deep.equal([{ chat, lastMessage, userId: 'bob', role: 'member', readMessageId: 1, unread: 2 }])
      expect(more).to.equal(false)
      expect((await page(ALICE)).entries).to.containSubset([{ role: 'owner', readMessageId: 3, unread: 0 }])
    })

    it('is ordered by when a message was last sent or the chat was opened, then by id, both descending', async () => {
      const [first, second] = [await opened({ at: NOON }), await opened({ at: later(2000) })]
      const [third, fourth] = [await opened({ at: later(1000) }), await opened({ at: later(1000) })]
      expect(idsOf((await page(BOB)).entries)).to.deep.equal([second, fourth, third, first])
      await send(first, 1, ANYBODY, later(3000))
      await send(fourth, 1, ALICE, later(2000))
      expect(idsOf((await page(BOB)).entries)).to.deep.equal([first, fourth, second, third])
      for (const change of [
        act.rename(ALICE, third, 'Renamed', later(9000)),
        act.put(ALICE, third, BOB.id, 'reader', later(9000)),
        act.edit(ALICE, fourth, 1, 'edited', later(9000)),
        act.erase(ANYBODY, first, 1, later(9000)),
      ])
        await change
      expect(idsOf((await page(BOB)).entries), 'nothing else moves it').to.deep.equal([first, fourth, second, third])
    })

    it('leads through all of them once, and a chat that is written to meanwhile is on top again', async () => {
      const ids: ChatId[] = []
      for (const n of upTo(7)) ids.push(await opened({ at: later(1000 * Math.floor(n / 3)) }))
      const found: ChatId[] = []
      let before: InboxSelection['before']
      for (let more = true; more;) {
        const { entries, more: others } = await page(BOB, { limit: 2, before })
        found.push(...idsOf(entries))
        const { chat } = entries.at(-1) as InboxEntry
        before = { activeAt: chat.activeAt, chatId: chat.id }
        if (found.length === 2) await send(ids[0] as ChatId, 1, ALICE, later(60_000))
        more = others
      }
      expect(found).to.deep.equal(ids.slice(1).reverse())
      expect(idsOf((await page(BOB, { limit: 1 })).entries)).to.deep.equal([ids[0]])
    })

    it('begins behind a place, whatever is there', async () => {
      const [first, second] = [await opened({ at: NOON }), await opened({ at: later(1000) })]
      const behind = async (activeAt: Date, chatId: ChatId) =>
        idsOf((await page(BOB, { limit: 10, before: { activeAt, chatId } })).entries)
      expect(await behind(later(500), NOWHERE)).to.deep.equal([first])
      expect(await behind(later(1000), NOWHERE)).to.deep.equal([second, first])
      expect(await behind(later(1000), second)).to.deep.equal([first])
      expect(await behind(NOON, first)).to.deep.equal([])
      expect(await behind(new Date(0), first)).to.deep.equal([])
    })

    it('counts what stands after the marker and is not deleted, and shows the newest that is not', async () => {
      const chatId = await opened()
      await send(chatId, 6)
      await mark(chatId, BOB, 2)
      expect(await stateOf(chatId, BOB)).to.deep.equal([2, 4, 6])
      for (const [number, state] of [
        [1, [2, 4, 6]],
        [6, [2, 3, 5]],
        [2, [2, 3, 5]],
        [4, [2, 2, 5]],
        [5, [2, 1, 3]],
        [3, [2, 0, null]],
      ] as const) {
        right(await act.erase(ALICE, chatId, number))
        expect(await stateOf(chatId, BOB), `without ${number}`).to.deep.equal(state)
      }
      await send(chatId)
      expect(await stateOf(chatId, BOB)).to.deep.equal([2, 1, 7])
      await mark(chatId, BOB, 7)
      expect(await stateOf(chatId, BOB)).to.deep.equal([7, 0, 7])
      await mark(chatId, BOB, 0)
      expect(await stateOf(chatId, BOB), 'of all seven one is left').to.deep.equal([0, 1, 7])
    })

    it('shows a chat without messages, a new title and an edited message', async () => {
      const chatId = await opened()
      expect(await stateOf(chatId, BOB)).to.deep.equal([0, 0, null])
      await send(chatId)
      right(await act.rename(ALICE, chatId, 'Renamed'))
      right(await act.edit(ALICE, chatId, 1, 'edited', later(1000)))
      const { chat, lastMessage } = await entryOf(chatId, BOB)
      expect([chat.title, lastMessage?.text, lastMessage?.editedAt]).to.deep.equal(['Renamed', 'edited', later(1000)])
    })

    it('has the chats of members alone', async () => {
      const [own, left, gone, deleted] = [await opened(), await opened(), await opened(), await opened()]
      const open = right(await act.open(ALICE, { visibility: 'public' })).done.id
      right(await act.open(ANYBODY))
      await send(open, 1, BOB)
      right(await act.remove(BOB, left, BOB.id))
      right(await act.remove(ALICE, gone, BOB.id))
      right(await act.close(ALICE, deleted))
      expect(idsOf((await page(BOB)).entries)).to.deep.equal([own])
      expect((await page(CAROL)).entries).to.deep.equal([])
      right(await act.put(CAROL, open, CAROL.id, 'member'))
      expect(await stateOf(open, CAROL), 'who joins has read everything').to.deep.equal([1, 0, 1])
    })

    it('has everything read in a chat that was joined again', async () => {
      const chatId = await opened()
      await send(chatId, 2)
      right(await act.remove(ALICE, chatId, BOB.id))
      await send(chatId, 2)
      right(await act.put(ALICE, chatId, BOB.id, 'reader'))
      expect(await stateOf(chatId, BOB)).to.deep.equal([4, 0, 4])
      await send(chatId)
      expect(await stateOf(chatId, BOB)).to.deep.equal([4, 1, 5])
    })

    it('is that of a user whatever it is called', async () => {
      const names = ['{a,b}', '"', '\\', "'; drop", 'NULL', '$1'] as UserId[]
      const chatId = await opened({ members: names.map((userId) => ({ userId, role: 'member' })) })
      for (const name of names) {
        expect(idsOf((await page(aUser(name))).entries)).to.deep.equal([chatId])
        expect(right(await inboxes.membersAmong([chatId], [name])())).to.deep.equal([at(chatId, aUser(name))])
      }
    })

    it('shows each entry as it was at one moment, while others write', async () => {
      const chatId = await opened()
      const look = async () => {
        const { chat, lastMessage, unread, readMessageId } = await entryOf(chatId, BOB)
        expect([readMessageId + unread, lastMessage?.id ?? 0]).to.deep.equal([chat.lastMessageId, chat.lastMessageId])
        const [news] = right(await inboxes.entries([at(chatId, BOB)])()).news
        const shown = [news?.members[0]?.unread, news?.lastMessage?.id ?? 0]
        expect(shown).to.deep.equal(shown.map(() => news?.chat.lastMessageId))
      }
      const looking = async () => {
        for (const _ of upTo(60)) await look()
      }
      await Promise.all([send(chatId, 60), looking()])
    })
  })

  describe('what is unread in all chats', () => {
    it('is the sum over the inbox, and the chats in which there is something', async () => {
      const [first, second, third] = [await opened(), await opened(), await opened()]
      for (const chatId of [first, second, third]) await send(chatId, 3)
      expect(right(await inboxes.unread(BOB.id)())).to.deep.equal({ chats: 3, messages: 9 })
      await mark(first, BOB, 2)
      await mark(second, BOB, 3)
      right(await act.erase(ALICE, first, 1))
      expect(right(await inboxes.unread(BOB.id)())).to.deep.equal({ chats: 2, messages: 4 })
      right(await act.erase(ALICE, first, 3))
      expect(right(await inboxes.unread(BOB.id)()), 'nothing is left there').to.deep.equal({ chats: 1, messages: 3 })
      right(await act.remove(ALICE, third, BOB.id))
      expect(right(await inboxes.unread(BOB.id)())).to.deep.equal({ chats: 0, messages: 0 })
      expect(right(await inboxes.unread(ALICE.id)()), 'it wrote them').to.deep.equal({ chats: 0, messages: 0 })
      expect(right(await inboxes.unread(CAROL.id)())).to.deep.equal({ chats: 0, messages: 0 })
    })
  })

  describe('what may have changed since a moment', () => {
    const since = async ({ id }: User, moment = BEGINNING_OF_TIME) => {
      const { chatIds, changed } = right(await inboxes.since(id, moment)())
      const inOrder = (ids: readonly ChatId[]) => ids.toSorted((a, b) => a - b)
      return { chatIds: inOrder(chatIds), changed: inOrder(changed) }
    }

    it('is every chat, since the beginning of time', async () => {
      const ids = [await opened(), await opened()]
      right(await act.open(ALICE))
      expect(await since(BOB)).to.deep.equal({ chatIds: ids, changed: ids })
      expect(await since(CAROL)).to.deep.equal({ chatIds: [], changed: [] })
      await storage.age()
      expect((await since(BOB)).changed).to.deep.equal(ids)
    })

    const changes: readonly (readonly [string, (chatId: ChatId) => Promise<unknown>])[] = [
      ['a message that was sent', (chatId) => send(chatId)],
      ['one that was edited', (chatId) => act.edit(ALICE, chatId, 1, 'edited')],
      ['one that was deleted', (chatId) => act.erase(ALICE, chatId, 1)],
      ['a title', (chatId) => act.rename(ALICE, chatId, 'Renamed')],
      ['a visibility', (chatId) => act.show(ALICE, chatId, 'public')],
      ['a role', (chatId) => act.put(ALICE, chatId, BOB.id, 'reader')],
      ['a marker', (chatId) => mark(chatId, BOB, 1)],
      [
        'who was away meanwhile',
        async (chatId) => {
          await act.remove(ALICE, chatId, BOB.id)
          await act.put(ALICE, chatId, BOB.id, 'member')
        },
      ],
    ]
    for (const [what, change] of changes)
      it(`is a chat by ${what}, and no other`, async () => {
        const ids = [await opened(), await opened(), await opened()]
        for (const chatId of ids) await send(chatId)
        await storage.age()
        const { moment } = await page(BOB)
        expect((await since(BOB, moment)).changed).to.deep.equal([])
        await change(ids[1] as ChatId)
        expect(await since(BOB, moment)).to.deep.equal({ chatIds: ids, changed: [ids[1]] })
      })

    it('is a chat that was joined, and none that was left', async () => {
      const [first, second] = [await opened(), await opened()]
      await storage.age()
      const { moment } = await page(BOB)
      const third = await opened()
      right(await act.remove(BOB, first, BOB.id))
      right(await act.close(ALICE, second))
      expect(await since(BOB, moment)).to.deep.equal({ chatIds: [third], changed: [third] })
    })

    it('is told by moments that do not go back, whatever they came with', async () => {
      const chatId = await opened()
      const moments = [(await page(BOB)).moment]
      await send(chatId)
      moments.push(right(await inboxes.since(BOB.id, BEGINNING_OF_TIME)()).moment)
      moments.push(right(await inboxes.entries([at(chatId, BOB)])()).moment)
      moments.push((await page(CAROL)).moment)
      expect(moments).to.deep.equal(moments.toSorted((a, b) => a - b))
      expect(moments[0]).to.be.above(BEGINNING_OF_TIME)
    })
  })

  describe('entries that are asked for by address', () => {
    it('are those that the inboxes of their users have, each chat once', async () => {
      const [first, second] = [await opened(), await opened()]
      await send(first, 3)
      await mark(first, BOB, 1)
      right(await act.erase(ALICE, first, 3))
      right(await act.remove(ALICE, second, BOB.id))
      const asked = [first, second, NOWHERE].flatMap((chatId) => [BOB, CAROL, ALICE].map((user) => at(chatId, user)))
      const { news } = right(await inboxes.entries(asked)())
      expect(
        news.map(({ chat, members }) => [chat.id, members.map(({ userId }) => userId).sort()]),
      ).to.have.deep.members([
        [first, ['alice', 'bob']],
        [second, ['alice']],
      ])
      for (const { chat, lastMessage, members } of news)
        for (const own of members)
          expect({ chat, lastMessage, ...own }).to.deep.equal(await entryOf(chat.id, aUser(own.userId)))
    })

    it('are none where nobody is asked for who is a member', async () => {
      const chatId = await opened()
      expect(right(await inboxes.entries([at(chatId, CAROL), at(NOWHERE, BOB)])()).news).to.deep.equal([])
      expect(right(await inboxes.entries([])()).news).to.deep.equal([])
    })
  })

  describe('what is looked up of many chats', () => {
    it('are their revisions, and those that changed who belongs to them', async () => {
      const [first, second] = [await opened(), await opened()]
      right(await act.put(ALICE, first, CAROL.id, 'member'))
      await send(first, 2)
      const heads = right(await inboxes.heads([second, NOWHERE, first])())
      expect(heads).to.deep.equal(
        new Map([
          [first, { revision: 3, accessRevision: 1 }],
          [second, { revision: 0, accessRevision: 0 }],
        ]),
      )
      expect(right(await inboxes.heads([])())).to.deep.equal(new Map())
    })

    it('are those of some users who are members of some of them', async () => {
      const [first, second, third] = [await opened(), await opened(), await opened()]
      right(await act.remove(ALICE, second, BOB.id))
      right(await act.put(ALICE, third, CAROL.id, 'member'))
      const among = async (chatIds: readonly ChatId[], users: readonly User[]) =>
        right(
          await inboxes.membersAmong(
            chatIds,
            users.map(({ id }) => id),
          )(),
        )
      expect(await among([first, second, NOWHERE], [BOB, CAROL, ALICE])).to.have.deep.members([
        at(first, ALICE),
        at(first, BOB),
        at(second, ALICE),
      ])
      expect(await among([third], [CAROL])).to.deep.equal([at(third, CAROL)])
      for (const nothing of [await among([], [BOB]), await among([first], [])]) expect(nothing).to.deep.equal([])
    })

    it('are the markers of users, wherever they are members', async () => {
      const [first, second, third] = [await opened(), await opened(), await opened()]
      await send(first, 3)
      await mark(first, BOB, 2)
      right(await act.remove(ALICE, second, BOB.id))
      expect(right(await inboxes.markersOf([BOB.id, CAROL.id])())).to.have.deep.members([
        { ...at(first, BOB), readMessageId: 2 },
        { ...at(third, BOB), readMessageId: 0 },
      ])
      expect(right(await inboxes.markersOf([])())).to.deep.equal([])
    })
  })
}
