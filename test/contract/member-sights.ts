import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Journal } from '../../src/application/ports/journal.ts'
import type { UserId } from '../../src/domain/caller.ts'
import { isFormer } from '../../src/domain/chat/member.ts'
import { isTombstone } from '../../src/domain/chat/message.ts'
import type { ChatId, Revision } from '../../src/domain/identity.ts'
import { type Acting, acting } from '../acting.ts'
import { aTitle, right } from '../fixtures.ts'
import { type ModelChat, presentIn, standing } from './member-model.ts'
import { callerOf, EVERYBODY } from './member-steps.ts'

/** One storage, on one server or more, and what its chats are called there. */
export interface Side {
  readonly servers: readonly { readonly chats: Chats; readonly act: Acting }[]
  readonly journal: Journal
  readonly ids: ChatId[]
}

export const aSide = (all: readonly Chats[], journal: Journal): Side => ({
  servers: all.map((chats) => ({ chats, act: acting(chats) })),
  journal,
  ids: [],
})

/** The same of both storages: chats by their places, and not by what each calls them. */
export const placed = (value: unknown, ids: readonly ChatId[]): unknown => {
  if (value instanceof Map)
    return placed(
      ids.map((id) => [id, value.get(id) as unknown]),
      ids,
    )
  if (Array.isArray(value)) return value.map((each) => (ids.includes(each as ChatId) ? 'a chat' : placed(each, ids)))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const isChat = 'visibility' in value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      name === 'chatId' || (isChat && name === 'id') ? ids.indexOf(each as ChatId) : placed(each, ids),
    ]),
  )
}

/** What everybody sees, in full. */
export const sighted = async ({ servers, journal, ids }: Side) => {
  const { chats } = servers[0] as { chats: Chats }
  const seen: unknown[] = []
  for (const who of EVERYBODY) {
    const caller = callerOf(who)
    seen.push(await chats.list(caller, { limit: 100 })(), await chats.list(caller, { limit: 100 }, 'public')())
    seen.push(await journal.sights(caller, ids)())
    for (const id of ids) {
      seen.push(await chats.messages(caller, id, { limit: 100 })(), await chats.members(caller, id, { limit: 100 })())
      seen.push(await chats.findMember(caller, id, 'ben' as UserId)())
    }
  }
  for (const id of ids)
    for (const after of [0, 1, 4, 9]) seen.push(await journal.since(id, after as Revision, after === 4 ? 2 : 100)())
  return placed(seen, ids)
}

/** That memory shows what the model has; the other storage is held to memory. */
export const expectModel = async ({ servers, journal, ids }: Side, model: readonly ModelChat[]) => {
  const { chats } = servers[0] as { chats: Chats }
  for (const who of EVERYBODY) {
    const caller = callerOf(who)
    const idsOf = (isListed: (chat: ModelChat) => boolean) =>
      ids.filter((_, n) => standing(model[n]!, who) !== undefined && isListed(model[n]!)).toReversed()
    const listed = async (only?: 'public') =>
      right(await chats.list(caller, { limit: 100 }, only)()).entries.map(({ id }) => id)
    expect(await listed()).to.deep.equal(idsOf((chat) => who === null || presentIn(chat).includes(who)))
    expect(await listed('public')).to.deep.equal(idsOf((chat) => chat.visibility === 'public'))
    for (const [n, id] of ids.entries()) {
      const chat = model[n]!
      const page = await chats.messages(caller, id, { limit: 100 })()
      const members = await chats.members(caller, id, { limit: 100 })()
      expect([E.isRight(page), E.isRight(members)]).to.deep.equal(
        [0, 1].map(() => standing(chat, who) !== undefined),
        `${who ?? 'the service'} in chat ${n}`,
      )
      if (E.isLeft(page) || E.isLeft(members)) continue
      const { title, visibility, revision, lastMessageId } = page.right.chat
      expect({ title, visibility, revision, lastMessageId }).to.deep.equal({
        title: aTitle(chat.title),
        visibility: chat.visibility,
        revision: chat.revision,
        lastMessageId: chat.messages.length,
      })
      expect(
        page.right.entries.map(({ id, author, text, revision }) => ({ id, author, text, revision })).toReversed(),
      ).to.deep.equal(
        chat.messages.map((message, index) => ({ id: index + 1, ...message })).filter(({ text }) => text !== null),
      )
      expect(members.right.entries.map(({ userId, role, revision }) => [userId, role, revision])).to.deep.equal(
        presentIn(chat).map((user) => [user, chat.members.get(user)?.role, chat.members.get(user)?.revision]),
      )
    }
  }
  for (const [n, id] of ids.entries()) {
    const { isClosed, messages, members } = model[n]!
    if (isClosed) continue
    const told = right(await journal.since(id, 2 as Revision, 100)())
    expect(told.messages.map((one) => [one.id, one.revision, isTombstone(one) ? null : one.text])).to.deep.equal(
      messages
        .map(({ revision, text }, index) => [index + 1, revision, text] as const)
        .filter(([, revision]) => revision > 2)
        .toSorted(([, a], [, b]) => a - b),
    )
    expect(
      told.members.map((one) => [one.userId, one.role, one.revision, isFormer(one) ? one.removedBy : undefined]),
    ).to.deep.equal(
      [...members]
        .map(([user, { role, revision, goneBy }]) => [user, role, revision, goneBy] as const)
        .filter(([, , revision]) => revision > 2)
        .toSorted(([, , a], [, , b]) => a - b),
    )
  }
}
