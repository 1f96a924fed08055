import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { expect } from 'chai'
import type { Changes, Journal } from '../../src/application/ports/journal.ts'
import { messagePage } from '../../src/application/ports/page.ts'
import type { MessageId, MessagePosition } from '../../src/domain/identity.ts'
import { answering, overAdapter, throughWire } from './wrong-services.ts'

/** The journal, with what it tells of messages changed. */
const telling = (journal: Journal, change: (messages: Changes['messages']) => Changes['messages']): Journal => ({
  ...journal,
  since: (id, after, limit) =>
    pipe(
      journal.since(id, after, limit),
      TE.map((changes) => ({ ...changes, messages: change(changes.messages) })),
    ),
})

const GAPLESS = 'numbers the messages of a chat 1, 2, 3 … without gaps'
const LIVE = 'tells every message once and in order, from the beginning and live'

describe('The conformance suite is red, and says why, for', () => {
  it('a gap in the numbers', () =>
    overAdapter(
      ({ chats }) => ({
        chats: {
          ...chats,
          decide: (caller, ask, decision) =>
            chats.decide(caller, ask, ({ chat, ...scene }) =>
              decision({
                ...scene,
                chat: chat.lastMessageId === 2 ? { ...chat, lastMessageId: 3 as MessagePosition } : chat,
              }),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(GAPLESS)).to.match(/^numbers: expected \[ 1, 2, 3, 4, 5 \], got \[ 1, 2, 4, 5, 6 \]/)
      },
    ))

  it('a number given twice', () =>
    overAdapter(
      ({ chats }) => ({
        chats: answering(chats, (message) => (message.id === 3 ? { ...message, id: 2 as MessageId } : message)),
      }),
      async (failure) => void expect(await failure(GAPLESS)).to.match(/got \[ 1, 2, 2, 4, 5 \]/),
    ))

  it('a retry that is done twice', () =>
    overAdapter(
      ({ chats }) => ({
        chats: { ...chats, decide: (caller, { intent: _, ...ask }, decision) => chats.decide(caller, ask, decision) },
      }),
      async (failure) => {
        expect(
          await failure('does a request with a key once: the same again gets the same answer, and says so'),
        ).to.match(/^the second answer: expected \[ 201, '\{"id":1,.* got \[ 201, '\{"id":2,/)
        expect(await failure('does requests with one key that come at the same time once')).to.match(
          /^different answers: expected 1, got 10/,
        )
      },
    ))

  it('an event that is lost', () =>
    overAdapter(
      ({ journal }) => ({
        journal: telling(journal, (messages) => messages.filter(({ id }) => id !== 2)),
      }),
      async (failure) => {
        expect(await failure(LIVE)).to.match(
          /^event: expected \{ event: 'message', id: '2', number: 2 \}, got \{ event: 'message', id: '3', number: 3 \}/,
        )
      },
    ))

  it('an event that never comes', () =>
    overAdapter(
      ({ journal }) => ({
        journal: telling(journal, (messages) => messages.filter(({ id }) => id < 4)),
      }),
      async (failure) => {
        expect(await failure(LIVE, 500)).to.match(/^GET \/chats\/1\/events: an event did not come within 500 ms/)
      },
    ))

  it('an event that is told twice', () =>
    overAdapter(
      ({ journal }) => ({
        journal: telling(journal, (messages) => messages.flatMap((message) => [message, message])),
      }),
      async (failure) => {
        expect(await failure(LIVE)).to.match(/expected \{ .* number: 2 \}, got \{ .* number: 1 \}/)
      },
    ))

  it('a page that leaves an entry out', () =>
    overAdapter(
      ({ chats }) => ({
        chats: {
          ...chats,
          messages: (caller, id, selection) =>
            pipe(
              chats.messages(caller, id, selection),
              TE.map((page) =>
                selection.before ? messagePage(page.chat, { ...page, entries: page.entries.slice(1) }) : page,
              ),
            ),
        },
      }),
      async (failure) => {
        expect(await failure('leads from the newest page to the oldest with next, and back with prev')).to.match(
          /^next: expected \[ \[ 5, 4 \], \[ 3, 2 \], \[ 1 \] \], got \[ \[ 5, 4 \], \[ 2 \]/,
        )
      },
    ))

  it('a wrong status', () =>
    throughWire(
      (fetch) => async (input, init) => {
        const response = await fetch(input, init)
        return response.status === 422
          ? new Response(response.body, { status: 400, headers: response.headers })
          : response
      },
      async (failure) => {
        expect(await failure('answers 422 and names the rule blank to an empty text, and sends nothing')).to.match(
          /→ 400: the problem's status: expected 400, got 422/,
        )
        expect(await failure('deletes a chat with everything in it, once')).to.equal(undefined)
      },
    ))

  it('a proxy that takes a path off which the service knows nothing of', () =>
    throughWire(
      (fetch) => (input, init) => fetch((input as string).replace('http://proxy/chat/', '/'), init),
      async (failure) => {
        expect(await failure('opens an empty chat and says where it is')).to.match(
          /^POST \/chats\/ → 201: Location: expected \/\^\\\/chat\\\/\/, got '\/chats\/1'/,
        )
        expect(await failure('has a page for the type of a problem')).to.match(/the problem's type: expected/)
      },
      'http://proxy/chat',
    ))

  it('a refusal that is no problem document', () =>
    throughWire(
      (fetch) => async (input, init) => {
        const response = await fetch(input, init)
        return response.status === 404 ? new Response('Cannot GET', { status: 404 }) : response
      },
      async (failure) => {
        expect(await failure('answers 404 not-found to an unknown message')).to.match(/X-Request-Id: expected/)
      },
    ))

  it('an edit that takes no notice of If-Match', () =>
    throughWire(
      (fetch) => (input, init) => {
        const headers = new Headers(init?.headers)
        headers.delete('if-match')
        return fetch(input, { ...init, headers })
      },
      async (failure) => {
        expect(await failure('lets one of those who change the same at once win')).to.match(
          /^winners: expected 1, got 10/,
        )
      },
    ))
})
