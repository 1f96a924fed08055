import { expect } from 'chai'
import type { IdempotencyKey } from '../../src/domain/intent.ts'
import { CreateChatRequest } from '../../src/interfaces/http/chats/chats.ts'
import { SendMessageRequest } from '../../src/interfaces/http/chats/messages.ts'
import { intentOf } from '../../src/interfaces/http/endpoint/idempotency.ts'
import { aUser, right } from '../fixtures.ts'

const KEY = 'a-key' as IdempotencyKey
const fingerprintOf = (operation: string, needed: 'text' | 'title', body: object) =>
  intentOf(aUser('alice'), KEY, operation, needed, body as Record<'text' | 'title', unknown>)?.fingerprint

/** Of a body as it is sent, and read by the operation's codec. */
const sending = (json: string) =>
  fingerprintOf(
    'sendMessage',
    'text',
    right(SendMessageRequest.decode({ headers: {}, path: { chat_id: '1' }, body: JSON.parse(json) as unknown })).body,
  )
const opening = (json: string) =>
  fingerprintOf(
    'createChat',
    'title',
    right(CreateChatRequest.decode({ headers: {}, body: JSON.parse(json) as unknown })).body,
  )

describe('The fingerprint of a request with a key', () => {
  it('is what earlier versions kept, of a request that says what could be said to them', () => {
    const members = '[{"user_id":"bob","role":"member"},{"user_id":"carol","role":"reader"}]'
    expect({
      text: sending('{"text":"hello"}'),
      odd: sending(String.raw`{"text":" é 😀\n\"x\" "}`),
      title: opening('{"title":"Picnic"}'),
      public: opening('{"visibility":"public","title":"Picnic"}'),
      'nobody with it': opening('{"title":"Picnic","members":[]}'),
      members: opening(`{"members":${members},"title":"Picnic","visibility":"private"}`),
    }).to.deep.equal({
      text: 'EGkw00YgTQfondNopJT7dsN1JlWuCiBV7m2R0gCl0Ko',
      odd: 'DFWf1OWrVf5eqlD_UG5C6dGJhpvPZoFnjahtxfETROs',
      title: '-CQsSx5Bv2w4qAYlF6Etug8szVBwHe7gVy5l1rODsCQ',
      public: '44cSR5uRNDZV-u6yr7QDCGvXjGfGyu2UNcLKfymWJY4',
      'nobody with it': '1oPcuiQby1RUzJs--rhP1tkBC5b6VPLbj7v1TJ_lvco',
      members: 'c3fqr2h3y3ArS6EN8F8RSn0AsiknfrY6GtJKD4YftnY',
    })
  })

  it('is that of a request without, where no message and no metadata are given', () => {
    const plain = sending('{"text":"hello"}')
    for (const nothing of [
      '"reply_to":null',
      '"metadata":{}',
      '"reply_to":null,"metadata":{}',
      '"reactions":[1],"more":{"a":1}',
    ])
      expect(sending(`{"text":"hello",${nothing}}`), nothing).to.equal(plain)
    expect(opening('{"title":"Picnic","metadata":{}}')).to.equal(opening('{"title":"Picnic"}'))
  })

  it('goes by what is meant, and not by how it is written', () => {
    const same = [
      '{"text":"hello","reply_to":1,"metadata":{"a":1,"b":{"c":[1,2],"d":null}}}',
      '{"metadata":{"b":{"d":null,"c":[1,2.0]},"a":1e0},"reply_to":1.0,"text":" hello"}',
      String.raw`{"metadata":{"b":{"d":null,"c":[1,2]},"a":2,"\u0061":1},"reply_to":1,"text":"hello"}`,
    ]
    expect(new Set(same.map(sending)).size).to.equal(1)
    expect(opening('{"title":"x","metadata":{"a":1,"b":2}}')).to.equal(
      opening('{"title":"x","metadata":{"b":2,"a":1}}'),
    )
  })

  it('is another for whatever means something else', () => {
    const others = [
      '{"text":"hello"}',
      '{"text":"hello","reply_to":1}',
      '{"text":"hello","reply_to":2}',
      '{"text":"hello","metadata":{"a":1}}',
      '{"text":"hello","reply_to":1,"metadata":{"a":1}}',
      '{"text":"hello","metadata":{"a":"1"}}',
      '{"text":"hello","metadata":{"a":null}}',
      '{"text":"hello","metadata":{"a":[]}}',
      '{"text":"hello","metadata":{"a":{}}}',
      '{"text":"hello","metadata":{"a":[1,2]}}',
      '{"text":"hello","metadata":{"a":[2,1]}}',
      '{"text":"hello","metadata":{"__proto__":{}}}',
      '{"text":"hello","metadata":{"__proto__":{"a":1}}}',
      '{"text":"hello","metadata":{"constructor":{"a":1}}}',
      '{"text":"hello","metadata":{"reply_to":1}}',
      '{"text":"hello","metadata":{"":1}}',
    ]
    expect(new Set(others.map(sending)).size).to.equal(others.length)
  })
})
