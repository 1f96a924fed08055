import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { expect } from 'chai'
import type { MessagePosition } from '../../src/domain/identity.ts'
import { asService, overAdapter, throughWire } from './wrong-services.ts'

const FORWARD = 'never goes back with forward, in whatever order requests come'
const OWN = 'is for the user itself and for services: 403 to other users, 404 where there is no such member'
const SENDS = 'puts the marker of who sends a message to that message, and of nobody else'
const DELETED = 'counts what is after the marker and not deleted, one’s own too'
const ORDER = 'has the chat on top in which a message was sent last, and one without messages where it was opened'
const TOTAL = 'counts what is unread over all chats, as the inbox does'
const RESUMES = 'resumes with all chats that there are, then what may have changed: nothing is missed'
const CHANGES = 'tells an entry as the inbox has it, whenever it changes'
const STRANGERS = 'tells strangers neither, and nobody afterwards'
const TYPING = 'tells members and services who types, without an id, on streams of one chat and of several'

describe('The conformance suite is red, and says why, for a service that', () => {
  it('takes no notice of forward', () =>
    throughWire(
      (fetch) => (input, init) =>
        fetch(
          input,
          typeof init?.body === 'string' ? { ...init, body: init.body.replace(',"forward":true', '') } : init,
        ),
      async (failure) => {
        expect(await failure(FORWARD)).to.match(/^late: expected \[ 5, 4 \], got \[ 3, 6 \]/)
      },
    ))

  it('shows a marker to other users', () =>
    throughWire(asService(/\/read$/), async (failure) => {
      expect(await failure(OWN)).to.match(/^another user: expected \[ 403, .* got \[ 200/)
    }))

  it('moves no marker when a message is sent', () =>
    overAdapter(
      ({ markers }) => ({
        markers: {
          decide: (caller, address, decision) =>
            pipe(
              markers.decide(caller, address, decision),
              TE.map((marked) => ({
                ...marked,
                reading: { ...marked.reading, readMessageId: 0 as MessagePosition, unread: 3 },
              })),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(SENDS)).to.match(/^of who sent: expected \[ 3, 0 \], got \[ 0, 3 \]/)
      },
    ))

  it('counts what was deleted', () =>
    overAdapter(
      ({ markers }) => ({
        markers: {
          decide: (caller, address, decision) =>
            pipe(
              markers.decide(caller, address, decision),
              TE.map((marked) => ({ ...marked, reading: { ...marked.reading, unread: 4 } })),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(DELETED)).to.match(/^without message 6: expected \[ 2, 3 \], got \[ 2, 4 \]/)
      },
    ))

  it('has an inbox in no order', () =>
    overAdapter(
      ({ inboxes }) => ({
        inboxes: {
          ...inboxes,
          page: (userId, selection) =>
            pipe(
              inboxes.page(userId, selection),
              TE.map((page) => ({ ...page, entries: page.entries.toReversed() })),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(ORDER)).to.match(/^as they were opened: expected \[ 4, 3, 2, 1 \], got \[ 1, 2, 3, 4 \]/)
      },
    ))

  it('counts a chat too many', () =>
    overAdapter(
      ({ inboxes }) => ({
        inboxes: {
          ...inboxes,
          unread: (userId) =>
            pipe(
              inboxes.unread(userId),
              TE.map((total) => ({ ...total, messages: total.messages + 1 })),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(TOTAL)).to.match(/^without chats: expected .*messages: 0.* got .*messages: 1/)
      },
    ))

  it('forgets on a stream that resumes what changed meanwhile', () =>
    overAdapter(
      ({ inboxes }) => ({
        inboxes: {
          ...inboxes,
          since: (userId, moment) =>
            pipe(
              inboxes.since(userId, moment),
              TE.map((since) => ({ ...since, changed: [] })),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(RESUMES, 500)).to.match(/^what was missed: .* an event did not come within 500 ms/)
      },
    ))

  it('tells entries that are not those of the inbox', () =>
    overAdapter(
      ({ inboxes }) => ({
        inboxes: {
          ...inboxes,
          entries: (addresses) =>
            pipe(
              inboxes.entries(addresses),
              TE.map((read) => ({
                ...read,
                news: read.news.map((news) => ({ ...news, lastMessage: null })),
              })),
            ),
        },
      }),
      async (failure) => {
        expect(await failure(CHANGES)).to.match(/^a message: expected .*text: 'hello'.* got .*last_message: null/)
      },
    ))

  it('tells strangers who types', () =>
    throughWire(asService(/\/events/), async (failure) => {
      expect(await failure(STRANGERS)).to.match(/^to a stranger: expected \[ 'message' \], got \[ 'typing', 'read'/)
    }))

  it('tells nobody who types', () =>
    overAdapter(
      ({ signals }) => ({ signals: { ...signals, send: () => undefined } }),
      async (failure) => {
        expect(await failure(TYPING, 500)).to.match(/an event did not come within 500 ms/)
      },
    ))
})
