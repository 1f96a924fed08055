import { expect } from 'chai'
import type { Chats } from '../../src/application/ports/chats.ts'
import { ANYBODY } from '../../src/domain/caller.ts'
import { answering, overAdapter, throughWire } from './wrong-services.ts'

const UNSEEN = 'answers a stranger to a private chat as if there were none, byte for byte but for the number'
const removed = (visibility: string) =>
  `accepts nothing of who was removed: its stream ends with that, and to it the chat is gone (${visibility})`
const AUTHOR = 'says who wrote a message: the user, or nobody when a service did'
const REPLAY = 'replays what was done under a key to who could not do it now, and not to who may not see it now'
const READS = 'decides by membership who reads: owner, moderator, member, reader, stranger → 200, 200, 200, 200, 200'
const SECRET = 'makes a key and shows its secret this once, lists it without, and revokes it once'

/** The chats, as they are to a service, whoever asks. */
const toAnybody = (chats: Chats): Chats => ({
  ...chats,
  messages: (_, id, selection) => chats.messages(ANYBODY, id, selection),
})

/** Decides as a public chat would that nobody was ever removed from. */
const forgetful = (chats: Chats): Chats => ({
  ...chats,
  decide: (caller, ask, decision) =>
    ask.messageId !== undefined || ask.target !== undefined
      ? chats.decide(caller, ask, decision)
      : chats.decide(ANYBODY, ask, ({ chat, ...scene }) =>
          decision({ ...scene, chat: { ...chat, visibility: 'public' }, membership: undefined }),
        ),
})

describe('The conformance suite is red, and says why, for a service that', () => {
  it('shows a chat to a stranger', () =>
    overAdapter(
      ({ chats }) => ({ chats: toAnybody(chats) }),
      async (failure) => {
        expect(await failure(UNSEEN)).to.match(/^GET the chat: status: expected 404, got 200/)
        expect(await failure(READS)).to.match(/^as stranger to a private chat: expected 404, got 200/)
      },
    ))

  it('lets a stranger know by one word that a chat is there', () =>
    throughWire(
      (fetch) => async (input, init) => {
        const response = await fetch(input, init)
        const isHidden = response.status === 404 && new Headers(init?.headers).has('on-behalf-of')
        const exists = isHidden && (await fetch((input as string).replace(/(chats\/\d+).*/, '$1'))).status === 200
        if (!exists) return response
        return new Response((await response.text()).replace('was not found', 'is not for you'), response)
      },
      async (failure) => {
        expect(await failure(UNSEEN)).to.match(/^GET the chat: expected .*was not found.*got .*is not for you/)
      },
    ))

  it('accepts what a removed member sends', () =>
    overAdapter(
      ({ chats }) => ({ chats: forgetful(chats) }),
      async (failure) => {
        for (const visibility of ['private', 'public'])
          expect(await failure(removed(visibility))).to.match(
            /^sending: expected \[ 404, '\/problems\/not-found' \], got \[ 201/,
          )
        expect(await failure(REPLAY)).to.match(/^once removed: expected \[ 404/)
      },
    ))

  it('loses the author', () =>
    overAdapter(
      ({ chats }) => ({
        chats: answering(chats, (message) => ({ ...message, author: null })),
      }),
      async (failure) => {
        expect(await failure(AUTHOR)).to.match(/^the author as it is sent: expected 'alice\..*', got null/)
      },
    ))

  it('takes no notice of whom a service acts for', () =>
    throughWire(
      (fetch) => (input, init) => {
        const headers = new Headers(init?.headers)
        headers.delete('on-behalf-of')
        return fetch(input, { ...init, headers })
      },
      async (failure) => {
        expect(await failure(AUTHOR)).to.match(/got null/)
        expect(await failure(READS)).to.match(/^as stranger to a private chat: expected 404, got 200/)
      },
    ))

  it('ends no stream of who was removed', () =>
    throughWire(
      (fetch) => async (input, init) => {
        if (!/\/events/.test(input as string)) return fetch(input, init)
        const headers = new Headers(init?.headers)
        headers.delete('on-behalf-of')
        return fetch(input, { ...init, headers })
      },
      async (failure) => {
        expect(await failure(removed('private'), 500)).to.match(/the end did not come within 500 ms/)
      },
    ))

  it('shows the secret of a key once more', () =>
    throughWire(
      (fetch) => async (input, init) => {
        const response = await fetch(input, init)
        if (!/\/keys\/\?/.test(input as string)) return response
        const listed = (await response.json()) as object[]
        return new Response(JSON.stringify(listed.map((key) => ({ ...key, secret: 'msgr_x' }))), response)
      },
      async (failure) => {
        expect(await failure(SECRET)).to.match(/^what is listed: expected .* got .*secret: 'msgr_x'/)
      },
    ))
})
