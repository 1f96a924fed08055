import { expect } from 'chai'
import type { Chats } from '../../src/application/ports/chats.ts'
import { Metadata } from '../../src/domain/metadata.ts'
import { asking, hearing, saying, type WrongOnWire } from './wire.ts'
import { answering, overAdapter, throughWire } from './wrong-services.ts'

const ANSWERS = 'says which message one answers, for users and services; null and left out are the same'
const NONE_THERE = 'answers 422 to a reply to what is no message of the chat, or none any more, and sends nothing'
const KEPT = 'keeps what a reply answers when either is deleted, and when the reply is edited'
const REPLIES = 'pages the replies to a message, which need not be there any more, from page to page'
const REPLAYED = 'replays a reply under its key, though what it answers is deleted since'
const AS_SENT = 'gives metadata back as it was sent: every JSON, fields in their order'
const BOUNDS = 'takes 4096 bytes of compact JSON, however it is written, and 8 levels'
const RULES = 'answers 422 to metadata that breaks a rule, and changes nothing'
const WHOLE = 'replaces the metadata of a message as a whole, with or without its text; edited_at is the text’s alone'
const SAME = 'changes nothing for the metadata that is there, and tells followers of any other'

const wires: readonly WrongOnWire[] = [
  [
    'takes no notice of reply_to',
    saying((body) => body.replace(/,"reply_to":\d+/, '')),
    ANSWERS,
    /^a reply: expected \[ 201, 1 \], got \[ 201, null \]/,
  ],
  [
    'takes replies to what is not there',
    saying((body) => body.replace(/,"reply_to":[2-9]/, '')),
    NONE_THERE,
    /^to 2: expected \[ 422, .* got \[ 201/,
  ],
  [
    'forgets what a reply answers',
    hearing((text) => text.replace('"reply_to":1', '"reply_to":null')),
    KEPT,
    /^what is deleted: expected 1, got null/,
  ],
  [
    'pages all messages in place of replies',
    asking((target) => [target.replace('reply_to=1', '')]),
    REPLIES,
    /^newest first: expected \[ 6, 5, 3 \], got \[\s+7,\s+6/,
  ],
  [
    'looks again for what a repeated reply answers',
    asking((target, { headers, ...init }) => {
      const { 'idempotency-key': _, ...others } = headers
      return [target, { ...init, headers: others }]
    }),
    REPLAYED,
    /^again: expected \[ 201, .* got \[ 422/,
  ],
  [
    'sorts the fields of metadata',
    hearing((text) => text.replace(/"metadata":\{("b":.*?\]),("a":.*?\}),"Ä"/, '"metadata":{$2,$1,"Ä"')),
    AS_SENT,
    /^of a message: expected '\{"b":.*got '\{"a":/,
  ],
  [
    'counts the white space between metadata',
    saying((body) =>
      /\s{9}/.test(body) ? body.replace('{', '{"metadata":[],').replace(/"metadata": /, '"x": ') : body,
    ),
    BOUNDS,
    /^with white space: expected 201, got 422/,
  ],
  [
    'takes U+0000 in metadata',
    saying((body) => body.replace('"\\u0000":1', '"x":1')),
    RULES,
    /^POST \/chats\/ with U\+0000 in a name: expected \[ 422, .* got \[ 201/,
  ],
  [
    'merges metadata',
    saying((body) => body.replace('{"c":3}', '{"a":1,"b":2,"c":3}')),
    WHOLE,
    /^metadata alone: expected .*\{ c: 3 \}.* got .*\{ a: 1, b: 2, c: 3 \}/,
  ],
  [
    'takes metadata that is there for other',
    saying((body) => body.replace('{"b":{"d":3,"c":2},"a":1}', '{"b":{"d":3,"c":2},"a":"1"}')),
    SAME,
    /^ETag: expected '"1"', got '"2"'/,
  ],
]

/** Has every change of a message be one of its text. */
const edited = (chats: Chats): Chats => answering(chats, (message) => ({ ...message, editedAt: message.createdAt }))

describe('The conformance suite is red, and says why, for a service that', () => {
  for (const [does, wire, title, says] of wires)
    it(does, () =>
      throughWire(wire, async (failure) => {
        expect(await failure(title, 500)).to.match(says)
      }),
    )

  it('answers without metadata', () =>
    overAdapter(
      ({ chats }) => ({ chats: answering(chats, (message) => ({ ...message, metadata: Metadata.NONE })) }),
      async (failure) => {
        expect(await failure(AS_SENT)).to.match(/^of a message: expected .*got '\{\}'/)
      },
    ))

  it('says that a text was edited when metadata was', () =>
    overAdapter(
      ({ chats }) => ({ chats: edited(chats) }),
      async (failure) => {
        expect(await failure(WHOLE)).to.match(/^metadata alone: expected .*null \], got .*Z' \]/)
      },
    ))
})
