import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import * as chats from '../../src/interfaces/http/chats/chats.ts'
import * as messages from '../../src/interfaces/http/chats/messages.ts'
import * as codecs from '../../src/interfaces/http/codecs/codecs.ts'
import { MomentCodec } from '../../src/interfaces/http/reading/inbox-moment.ts'
import { Conditional } from '../../src/interfaces/http/endpoint/etags.ts'
import { IdempotentWrite } from '../../src/interfaces/http/endpoint/idempotency.ts'

type AnyCodec = t.Type<unknown, unknown>

const rows = (
  [
    [codecs.ChatTitleCodec, ' Picnic ', 'Picnic'],
    [codecs.MessageTextCodec, 'Bring tea', 'Bring tea'],
    [codecs.ChatIdCodec, '7', 7],
    [codecs.ChatPositionCodec, '0', 0],
    [codecs.MessageIdCodec, '9007199254740991', 9007199254740991],
    [codecs.MessagePositionCodec, '0', 0],
    [codecs.RevisionCodec, '0', 0],
    [codecs.PageLimitCodec, '100', 100],
    [codecs.OrderCodec, 'asc', 'asc'],
    [codecs.ChatCursorCodec, 'after-0', { side: 'after', id: 0 }],
    [codecs.MessageCursorCodec, 'before-999999999999999', { side: 'before', id: codecs.LAST_PLACE }],
    [codecs.InboxPlaceCodec, '0-1', { activeAt: new Date(0), chatId: 1 }],
    [codecs.InboxPlaceCodec, '1773480413589-7', { activeAt: new Date(1773480413589), chatId: 7 }],
    [MomentCodec, '0', 0],
    [MomentCodec, 'AQGc60dmNA', 1773473850932],
    [codecs.ChatIdsCodec, ['7', '8', '7'], [7, 8]],
    [codecs.ChatIdsCodec, '7', [7]],
    [codecs.optional(codecs.OrderCodec), undefined, undefined],
    [Conditional.props['if-match'], '*', '*'],
    [
      Conditional.props['if-match'],
      ' "7" , W/"8"',
      [
        { weak: false, value: '7' },
        { weak: true, value: '8' },
      ],
    ],
    [IdempotentWrite.props['idempotency-key'], 'bare', 'bare'],
    [IdempotentWrite.props['idempotency-key'], String.raw`"a\"b\\c"`, String.raw`a"b\c`],
  ] as const
).map(([codec, sent, value]) => [codec as AnyCodec, sent, value] as const)

describe('Codecs', () => {
  it('read what was sent, and what they have written', () => {
    for (const [codec, sent, value] of rows) {
      expect(codec.decode(sent), codec.name).to.deep.equal(E.right(value))
      expect(codec.is(value), codec.name).to.equal(true)
      expect(codec.decode(codec.encode(value)), codec.name).to.deep.equal(E.right(value))
    }
  })

  it('know a value that is not theirs', () => {
    for (const [codec] of rows)
      for (const other of [null, Symbol('x'), {}, -1, '']) expect(codec.is(other)).to.equal(false)
  })

  it('let no field of a body, a path or a query past that they do not name', () => {
    const more = { chatId: 1, intent: {}, selection: {}, then: 1 }
    const sent = {
      headers: {},
      path: { chat_id: '7', message_id: '8', ...more },
      query: { limit: '1', before: '3', after: '1', order: 'asc', cursor: 'after-2', ...more },
      body: { title: 'Picnic', text: 'Bring tea', ...more },
    }
    const requests = Object.entries({ ...chats, ...messages }).filter(([name]) => name.endsWith('Request'))
    expect(requests).to.have.length(10)
    for (const [name, exported] of requests) {
      const request = exported as unknown as t.TypeC<t.Props>
      const decoded = request.decode(sent)
      if (E.isLeft(decoded)) throw new Error(`${name} refuses the request`)
      for (const part of Object.keys(request.props).filter((part) => part !== 'headers'))
        expect(decoded.right[part], `${name}: ${part}`).to.not.have.any.keys(...Object.keys(more))
    }
  })
})
