import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { parse } from 'yaml'
import { ROLES } from '../../src/domain/chat/member.ts'
import { ChatTitle, MOST_FOUNDERS, VISIBILITIES } from '../../src/domain/chat/chat.ts'
import { SCOPES, UserId } from '../../src/domain/caller.ts'
import { Instant } from '../../src/domain/instant.ts'
import { KeyChats, KeyName, KeyPrefix } from '../../src/domain/keys/api-key.ts'
import { MessageText } from '../../src/domain/chat/message.ts'
import { MOST_REACTIONS, Reaction } from '../../src/domain/chat/reaction.ts'
import { Metadata } from '../../src/domain/metadata.ts'
import * as chats from '../../src/interfaces/http/chats/chats.ts'
import { MAX_FOLLOWED, PAGE_LIMIT } from '../../src/interfaces/http/codecs/codecs.ts'
import { loadContract } from '../../src/interfaces/http/endpoint/contract.ts'
import {
  MAX_BODY_BYTES,
  MAX_BODY_DEPTH,
  MAX_ERRORS,
  MAX_HEAD_BYTES,
  MAX_STREAMS_OF_A_USER,
} from '../../src/interfaces/http/endpoint/limits.ts'
import { problemTypes } from '../../src/interfaces/http/endpoint/problem-types.ts'
import * as keys from '../../src/interfaces/http/keys/keys.ts'
import * as messages from '../../src/interfaces/http/chats/messages.ts'
import * as members from '../../src/interfaces/http/members/members.ts'
import * as reactions from '../../src/interfaces/http/reactions/reactions.ts'
import * as reading from '../../src/interfaces/http/reading/reading.ts'
import { GIVEN_ID } from '../../src/interfaces/http/endpoint/request-context.ts'

const yaml = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')
const contract = loadContract(yaml)

const codecs: Record<string, t.Decoder<unknown, unknown>> = {
  createChat: chats.CreateChatRequest,
  listChats: chats.ListChatsRequest,
  getChat: chats.GetChatRequest,
  updateChat: chats.UpdateChatRequest,
  deleteChat: chats.DeleteChatRequest,
  sendMessage: messages.SendMessageRequest,
  listMessages: messages.ListMessagesRequest,
  getMessage: messages.GetMessageRequest,
  editMessage: messages.EditMessageRequest,
  deleteMessage: messages.DeleteMessageRequest,
  listMembers: members.ListMembersRequest,
  getMember: members.GetMemberRequest,
  putMember: members.PutMemberRequest,
  removeMember: members.RemoveMemberRequest,
  addReaction: reactions.ReactionRequest,
  removeReaction: reactions.ReactionRequest,
  listReactors: reactions.ListReactorsRequest,
  listOwnReactions: reactions.ListOwnReactionsRequest,
  getReadMarker: reading.GetReadMarkerRequest,
  moveReadMarker: reading.MoveReadMarkerRequest,
  getInbox: reading.GetInboxRequest,
  getUnread: reading.GetUnreadRequest,
  createKey: keys.CreateKeyRequest,
  listKeys: keys.ListKeysRequest,
  revokeKey: keys.RevokeKeyRequest,
}

const space = fc.constantFrom(' ', '\t', '\n', '\r\n', '\u00a0', '\u2028', '\u3000', '\ufeff')
const invisible = fc.constantFrom(
  '\u200b',
  '\u2060',
  '\u00ad',
  '\u034f',
  '\u061c',
  '\u115f',
  '\u2800',
  '\u3164',
  '\uffa0',
  '\u0001',
  '\u{e0100}',
)
const malformed = fc.constantFrom('\0', '\ud800', '\udfff')
const unit = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  { weight: 2, arbitrary: space },
  { weight: 2, arbitrary: invisible },
  { weight: 1, arbitrary: malformed },
)
/** Near the limit in code points, padded with what trimming takes away. */
const longText = (limit: number) =>
  fc
    .tuple(
      fc.constantFrom('a', '😀', '\u200b', 'é'),
      fc.integer({ min: -2, max: 2 }),
      fc.array(space, { maxLength: 5 }),
    )
    .map(([char, delta, padding]) => `${padding.join('')}${char.repeat(limit + delta)}${padding.join('')}`)
const text = (limit: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.array(unit, { maxLength: 6 }).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: longText(limit) },
  )
const anything = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string()),
  fc.dictionary(fc.string(), fc.string()),
)

const userId = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 3 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('alice', '.', '..', '...', '', 'a b', 'é', '~', 'x'.repeat(255), 'x'.repeat(256)),
  },
)
const option = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...ROLES, ...VISIBILITIES) },
  { weight: 1, arbitrary: anything },
)
/** Near the limit in code points, and of all that may not be in one. */
const reaction = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('❤', '+1', 'ok', '👩‍👩‍👧‍👦', '...', '%2F') },
  { weight: 2, arbitrary: fc.array(unit, { maxLength: 3 }).map((parts) => parts.join('')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('a', '😀', '\u200b'), fc.constantFrom(31, 32, 33), unit)
      .map(([char, length, more]) => `${char.repeat(length - 1)}${more}`),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '.', '..', '.a', '\u0085', 'a\u0085', '.\n', '..\n') },
)
/** What a schema can tell of: that it is an object. */
const metadata = fc.oneof(
  { weight: 3, arbitrary: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom({}, null, [], [{}], 'x', 1, undefined) },
)
const appointments = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(fc.record({ user_id: userId, role: option, more: anything }, { requiredKeys: [] }), {
      maxLength: 2,
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(100, 101)
      .map((length) => Array.from({ length }, () => ({ user_id: 'a', role: 'reader' }))),
  },
  { weight: 1, arbitrary: anything },
)

const scopes = fc.oneof(
  { weight: 4, arbitrary: fc.subarray([...SCOPES]) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom('read', 'write', 'Read', '', null, 1, ['read']), { maxLength: 3 }) },
)
const chatIds = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(undefined, null) },
  { weight: 3, arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 98, maxLength: 102 }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.constantFrom(1, 2, 1.5, 0, -1, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e300, '1', null), {
      maxLength: 3,
    }),
  },
)
const two = (low: number, high: number) =>
  fc.integer({ min: low, max: high }).map((number) => String(number).padStart(2, '0'))
/** The calendar is told by the format `date-time`, which is not checked here: no day is after the 28th. */
const expiry = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(undefined, null) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.integer({ min: 1000, max: 9999 }),
        two(0, 13),
        two(0, 28),
        two(0, 25),
        two(0, 60),
        fc.constantFrom('00', '59', '60', '00.', '00.5', '00.123456789', '00.1234567890'),
        fc.constantFrom('Z', 'z', '', '+00:00', '-23:59', '+24:00', '+0100'),
      )
      .map(([y, m, d, h, min, sec, zone]) => `${y}-${m}-${d}T${h}:${min}:${sec}${zone}`),
  },
  { weight: 2, arbitrary: fc.constantFrom('2027-01-01T00:00:00Z', '9999-12-31T23:59:59.999+00:00') },
)

const said = {
  title: text(ChatTitle.LIMIT),
  text: text(MessageText.LIMIT),
  name: text(KeyName.LIMIT),
  scopes,
  chat_ids: chatIds,
  expires_at: expiry,
  more: anything,
}
const unsaid = {
  title: anything,
  text: anything,
  name: anything,
  scopes: anything,
  chat_ids: anything,
  expires_at: anything,
}
const count = fc.oneof(
  { weight: 3, arbitrary: fc.maxSafeNat() },
  { weight: 2, arbitrary: fc.constantFrom(0, -0, 1, 1.5, -1, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e300, '1', null) },
)
/** What goes along with a title or a text. */
const along = fc.record({ metadata, reply_to: fc.oneof(fc.constant(null), count) }, { requiredKeys: [] })
const flag = fc.oneof({ weight: 3, arbitrary: fc.boolean() }, { weight: 1, arbitrary: anything })
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      { title: text(ChatTitle.LIMIT), visibility: option, role: option, members: appointments },
      { requiredKeys: [] },
    ),
  },
  { weight: 5, arbitrary: fc.record(said) },
  { weight: 3, arbitrary: fc.tuple(fc.record(said), along).map(([one, more]) => ({ ...one, ...more })) },
  { weight: 1, arbitrary: along },
  { weight: 2, arbitrary: fc.record({ message_id: count, forward: flag }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.record({ ...said, name: fc.constant('backend'), scopes: fc.constant(['read']) }) },
  { weight: 1, arbitrary: fc.record(unsaid, { requiredKeys: [] }) },
  { weight: 1, arbitrary: anything },
)
const number = fc.oneof(
  fc.maxSafeInteger().map(String),
  fc.integer({ min: -2, max: 103 }).map(String),
  fc.constantFrom(
    '0',
    '-0',
    '00',
    '01',
    '+1',
    '1e3',
    '0x1F',
    '1.0',
    '1_0',
    ' 1',
    '1 ',
    '',
    'abc',
    '١',
    '9007199254740991',
    '9007199254740992',
    '9223372036854775808',
    'NaN',
    'Infinity',
  ),
)
const parameter = fc.oneof(
  { weight: 6, arbitrary: number },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.array(number, { minLength: 2, maxLength: 2 }) },
)
const cursor = fc.oneof(
  fc.tuple(fc.constantFrom('before-', 'after-', 'Before-', '-'), number).map((parts) => parts.join('')),
  fc.constantFrom('after-0', 'before-1', 'after-999999999999999', 'before-999999999999999'),
  fc.constantFrom('after-1000000000000000', 'before-1\n', ' before-1'),
  fc.constant(['after-1', 'after-1']),
)
const place = fc.oneof(
  fc.tuple(number, number).map((parts) => parts.join('-')),
  fc.constantFrom('0-1', '99999999999999-999999999999999', '100000000000000-1', '1-1000000000000000', '1-1-1', '-1-1'),
)
const order = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('asc', 'desc') },
  { weight: 1, arbitrary: fc.constantFrom('ASC', '', 'up', ['asc', 'asc']) },
)
const tag = fc.oneof(
  fc.constantFrom('"1"', 'W/"1"', '""', '"a b"', 'x', '"', ',', ' ', '*', '"é"', '"\u0100"', 'w/"1"', '\t'),
)
const tags = fc.array(tag, { maxLength: 4 }).map((parts) => parts.join(','))
const key = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('"', '\\', 'a', '~', '!', ' '), maxLength: 8 }),
  fc.uuid().map((uuid) => `"${uuid}"`),
  fc.constantFrom(
    'x'.repeat(255),
    'x'.repeat(256),
    `"${'x'.repeat(255)}"`,
    `"${'x'.repeat(256)}"`,
    `"${'\\"'.repeat(255)}"`,
  ),
)
const headers = fc.record({ 'idempotency-key': key, 'if-match': tags, 'if-none-match': tags }, { requiredKeys: [] })
/** Mostly what is taken: with as many parameters as a list has, anything else hardly ever is. */
const few = { min: 1, max: 100 }
const page = fc.record(
  {
    limit: fc.integer(few).map(String),
    before: fc.integer(few).map(String),
    after: number,
    order: fc.constantFrom('asc', 'desc'),
    cursor,
  },
  { requiredKeys: [] },
)
const known = fc.integer(few).map(String)
const request = fc.record({
  headers,
  path: fc.oneof(
    fc.record({ chat_id: number, message_id: number, user_id: fc.oneof(userId, number), key_id: number, reaction }),
    fc.record({ chat_id: known, message_id: known, user_id: userId, key_id: known, reaction }),
  ),
  query: fc.oneof(
    fc.record(
      {
        limit: parameter,
        before: parameter,
        after: fc.oneof(parameter, userId),
        order,
        cursor,
        visibility: option,
        other: parameter,
      },
      { requiredKeys: [] },
    ),
    page,
    fc.record({ reaction, limit: known, after: userId }, { requiredKeys: ['reaction'] }),
    fc.record({ reaction: fc.oneof(reaction, parameter), limit: parameter, after: userId }, { requiredKeys: [] }),
    fc.record({ reply_to: parameter }),
    fc.record({ limit: known, before: place }, { requiredKeys: [] }),
  ),
  body,
})

describe('The codecs and openapi.yaml', () => {
  for (const [id, codec] of Object.entries(codecs)) {
    it(`agree on what ${id} takes`, () => {
      const operation = contract.operation(id)
      let taken = 0
      const property = fc.property(request, (raw) => {
        const decoded = E.isRight(codec.decode(raw))
        if (decoded) taken++
        return decoded === (operation.violations(raw).length === 0)
      })
      fc.assert(property, { numRuns: 1500 })
      expect(taken, 'some requests are taken, some are not').to.be.within(1, 1499)
    })
  }

  it('name the same limits as the domain and the tables', () => {
    const { schemas, parameters } = (
      parse(yaml) as { components: Record<string, Record<string, Record<string, unknown>>> }
    ).components as {
      schemas: Record<string, Record<string, unknown>>
      parameters: Record<string, { schema: Record<string, unknown> }>
    }
    expect(schemas['ChatTitle']).to.include({ minLength: 1, maxLength: ChatTitle.LIMIT })
    expect(schemas['MessageText']).to.include({ minLength: 1, maxLength: MessageText.LIMIT })
    expect(schemas['UserId']).to.include({ minLength: 1, maxLength: UserId.LIMIT })
    expect(schemas['Role']).to.deep.include({ enum: ROLES })
    expect(schemas['Visibility']).to.deep.include({ enum: VISIBILITIES })
    expect(schemas['CreateChat']).to.have.nested.property('properties.members.maxItems', MOST_FOUNDERS)
    expect(schemas['ChatId']).to.include({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
    expect(schemas['KeyName']).to.include({ minLength: 1, maxLength: KeyName.LIMIT })
    expect(schemas['KeyId']).to.include({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
    expect(schemas['KeyPrefix']?.['pattern']).to.equal(`^msgr_[A-Za-z0-9_-]{${KeyPrefix.LENGTH - 'msgr_'.length}}$`)
    expect(schemas['KeyChats']).to.include({ minItems: 1, maxItems: KeyChats.LIMIT })
    expect(schemas['KeyScopes']).to.include({ minItems: 1, maxItems: SCOPES.length })
    expect(schemas['Scope']).to.deep.include({ enum: [...SCOPES] })
    expect(yaml).to.include(Instant.PATTERN.source)
    expect(schemas['MessageId']).to.include({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
    expect(schemas['Metadata']).to.include({
      'x-max-bytes': Metadata.MOST_BYTES,
      'x-max-levels': Metadata.MOST_LEVELS,
    })
    expect(schemas['Metadata']?.['description']).to.match(
      new RegExp(`at most ${Metadata.MOST_BYTES} bytes .* ${Metadata.MOST_LEVELS} levels`, 's'),
    )
    expect(schemas['Reaction']).to.include({ minLength: 1, maxLength: Reaction.LIMIT })
    expect(schemas['Message']).to.have.nested.property('properties.reactions.maxItems', MOST_REACTIONS)
    expect(yaml).to.include(`at most ${MOST_REACTIONS} different reactions`)
    expect(schemas['ReactorList']).to.include({ maxItems: PAGE_LIMIT.HIGH })
    expect(schemas['OwnReactionList']).to.include({ maxItems: PAGE_LIMIT.HIGH * MOST_REACTIONS })
    expect(parameters['Limit']?.schema).to.include({
      minimum: PAGE_LIMIT.LOW,
      maximum: PAGE_LIMIT.HIGH,
      default: PAGE_LIMIT.DEFAULT,
    })
  })

  it('agree on what is a reaction', () => {
    const { schemas } = (parse(yaml) as { components: unknown }).components as {
      schemas: Record<string, { pattern: string }>
    }
    const pattern = new RegExp(schemas['Reaction']?.pattern ?? '', 'u')
    const raw = fc.oneof(reaction, text(Reaction.LIMIT), fc.string({ unit: 'binary', maxLength: 34 }))
    let taken = 0
    const property = fc.property(raw, (text) => {
      const isTaken = E.isRight(Reaction.parse(text))
      if (isTaken) taken++
      return pattern.test(text) === isTaken
    })
    fc.assert(property, { numRuns: 3000 })
    expect(taken).to.be.within(500, 2500)
    for (let code = 0; code <= 0xffff; code++) {
      const char = String.fromCharCode(code)
      for (const text of [char, `a${char}`])
        if (pattern.test(text) !== E.isRight(Reaction.parse(text))) expect.fail(JSON.stringify(text))
    }
  })

  it('agree on what names a user', () => {
    const { parameters } = (parse(yaml) as { components: unknown }).components as {
      parameters: Record<string, { schema: { pattern: string } }>
    }
    const name = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 3 }),
      fc.string({ unit: fc.constantFrom('.', 'a', '~', '!', ' ', 'é'), maxLength: 4 }),
      fc.constantFrom('x'.repeat(255), 'x'.repeat(256), '.', '..', '...', '', '\n', 'a\n'),
    )
    for (const parameter of ['OnBehalfOf', 'OnBehalfOfInQuery']) {
      const pattern = new RegExp(parameters[parameter]?.schema.pattern ?? '', 'u')
      fc.assert(fc.property(name, (text) => pattern.test(text) === E.isRight(UserId.parse(text))))
    }
  })

  it('name the same limits as the server', () => {
    const { schemas, parameters, headers } = (parse(yaml) as { components: unknown }).components as {
      schemas: Record<string, { properties: Record<string, object> }>
      parameters: Record<string, { schema: object; description: string }>
      headers: Record<string, { schema: object }>
    }
    expect(new Set(yaml.match(/\d+ KiB/g))).to.deep.equal(new Set([`${MAX_BODY_BYTES / 1024} KiB`]))
    expect(yaml).to.include(`nested at most ${MAX_BODY_DEPTH} deep`)
    expect(schemas['Problem']?.properties['errors']).to.include({ maxItems: MAX_ERRORS })
    expect(schemas['ProblemInstance']).to.include({ pattern: GIVEN_ID.source.replace('^', '^urn:request:') })
    expect(headers['X-Request-Id']?.schema).to.include({ pattern: GIVEN_ID.source })
    expect(yaml).to.include(`\`${GIVEN_ID.source}\` is taken over`)
    expect(headers['RateLimit-Policy']?.schema).to.have.property('pattern').that.includes(`q=${MAX_STREAMS_OF_A_USER};`)
    for (const list of ['ChatList', 'MessageList', 'MemberList', 'KeyList', 'Inbox'])
      expect(schemas[list]).to.include({ maxItems: PAGE_LIMIT.HIGH })
    expect(parameters['FollowedChats']?.schema).to.include({ maxItems: MAX_FOLLOWED })
    expect(parameters['FollowedChats']?.description).to.include(`at most ${MAX_FOLLOWED} times`)
  })

  it('say in the pages of problems what the limits are', () => {
    const meanings = Object.values(problemTypes).map(({ meaning }) => meaning)
    const numbers = meanings.join(' ').match(/\d+ (?:bytes|KiB|levels)/g)
    expect(numbers).to.have.members([
      `${MAX_BODY_DEPTH} levels`,
      `${MAX_BODY_BYTES} bytes`,
      `${MAX_HEAD_BYTES / 1024} KiB`,
    ])
  })
})
