import { expect } from 'chai'
import { type Chat, createClient, type Message } from '../../src/client/index.ts'
import { createMessenger, type Seed, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from '../client/rejection.ts'
import { releasing } from '../releasing.ts'

describe('A messenger that is filled', () => {
  const hold = releasing()
  const party = { title: 'Release party' }
  const aMessenger = (authentication = false) => hold(createMessenger({ authentication }), ({ close }) => close())
  const as = (messenger: TestMessenger, user: string) =>
    createClient({ fetch: messenger.fetch, token: messenger.tokenFor(user), wait: async () => {} })

  for (const authentication of [false, true])
    it(`has what was asked for, ${authentication ? 'where users say who they are' : 'where nobody does'}`, async () => {
      const messenger = aMessenger(authentication)
      messenger.fail('unavailable')
      const { chats, members, messages } = await messenger.seed({
        chats: [{ title: 'Release party' }, { title: 'News', visibility: 'public', metadata: { about: 'us' } }],
        members: [
          { user_id: 'alice', role: 'owner' },
          { user_id: 'bob', read_message_id: 1 },
          { chat: 1, user_id: 'alice', role: 'moderator' },
        ],
        messages: [
          { author: 'alice', text: ' Who brings the cake? ' },
          { author: 'alice', text: 'And the candles?', metadata: { urgent: true } },
          { chat: 1, author: 'carol', text: 'Hello' },
          { author: 'bob', text: 'I do.', reply_to: 1 },
          { chat: 1, text: 'Of nobody' },
        ],
      })
      // As many as were asked for, by their types.
      const [party, news]: readonly [Chat, Chat] = chats
      const [first]: readonly [Message, Message, Message, Message, Message] = messages
      expect([party, news]).to.deep.equal(await messenger.chats())
      expect(news).to.include({ visibility: 'public', last_message_id: 2 })
      expect(first.text).to.equal('Who brings the cake?')
      expect(messages.filter(({ chat_id }) => chat_id === party.id)).to.deep.equal(await messenger.messages(party.id))
      expect(messages.map(({ id, author, reply_to }) => [id, author, reply_to])).to.deep.equal([
        [1, 'alice', null],
        [2, 'alice', null],
        [1, 'carol', null],
        [3, 'bob', 1],
        [2, null, null],
      ])
      expect(members.map((one) => [one.chat_id, one.user_id, one.role, one.read_message_id])).to.deep.equal([
        [1, 'alice', 'owner', 2],
        [1, 'bob', 'member', 1],
        [2, 'alice', 'moderator', 0],
      ])
    })

  it('shows it to users over HTTP, and goes on from there', async () => {
    const messenger = aMessenger(true)
    await messenger.seed({
      chats: [{ title: 'Support', members: [{ user_id: 'bob', role: 'owner' }] }],
      messages: Array.from({ length: 30 }, (_, index) => ({ text: `message ${index + 1}` })),
    })
    const bob = as(messenger, 'bob')
    expect(await bob.getUnread('bob')).to.deep.equal({ chats: 1, messages: 30 })
    messenger.clock.advance(60_000)
    const { messages } = await messenger.seed({ messages: [{ chat_id: 1, author: 'bob', text: 'Here I am' }] })
    expect(messages[0]).to.include({ id: 31, created_at: '2026-03-14T12:01:00.000Z' })
    expect((await bob.sendMessage(1, { text: 'and here' })).id).to.equal(32)
    expect(await bob.getUnread('bob')).to.deep.equal({ chats: 0, messages: 0 })
  })

  it('is told to who follows', async () => {
    const messenger = aMessenger()
    const client = createClient({ fetch: messenger.fetch })
    const { chats } = await messenger.seed({ chats: [party], messages: [{ text: 'Hello' }] })
    const events = client.follow(chats[0].id, { after: 0 })
    expect(await events.next()).to.have.nested.property('value.message.text', 'Hello')
    const next = events.next()
    await messenger.seed({ messages: [{ chat_id: 1, text: 'Still there?' }] })
    expect(await next).to.have.nested.property('value.message.text', 'Still there?')
    await events.return?.()
  })

  const refusals: Readonly<Record<string, readonly [seed: Seed, message: string]>> = {
    'a title that is none': [
      { chats: [party, { title: ' ' }] },
      'chats[1]: #/title must contain more than white space',
    ],
    'a chat with one founder twice': [
      { chats: [{ ...party, members: ['bob', 'bob'].map((user_id) => ({ user_id, role: 'member' as const })) }] },
      'chats[0]: #/members/1/user_id must be named once',
    ],
    'a user that no URL can name': [
      { chats: [party], members: [{ user_id: '..' }] },
      'members[0]: user_id must be 1 to 255 visible ASCII characters, and neither . nor ..',
    ],
    'a role that is none': [
      { chats: [party], members: [{ user_id: 'bob', role: 'boss' as 'owner' }] },
      'members[0]: #/role must be one of owner, moderator, member, reader',
    ],
    'a member twice': [
      { chats: [party], members: [{ user_id: 'bob' }, { user_id: 'bob', role: 'owner' }] },
      'members[1]: bob must be named once, and is a member of chat 1 already',
    ],
    'a member that read what is not there': [
      { chats: [party], members: [{ user_id: 'bob', read_message_id: 1 }] },
      'members[0]: #/message_id must not be beyond 0, the last message',
    ],
    'a message of a stranger': [
      { chats: [party], messages: [{ author: 'dave', text: 'Hello' }] },
      'messages[0]: chat 1 is not there, or not for dave, who is no member of it',
    ],
    'a message of a reader': [
      { chats: [party], members: [{ user_id: 'bob', role: 'reader' }], messages: [{ author: 'bob', text: 'Hello' }] },
      'messages[0]: Who is a reader of this chat may not do this',
    ],
    'a message of nobody that could be': [
      { chats: [party], messages: [{ author: '', text: 'Hello' }] },
      'messages[0]: author must be 1 to 255 visible ASCII characters, not . or ..',
    ],
    'an answer to nothing': [
      { chats: [party], messages: [{ text: 'Hello', reply_to: 1 }] },
      'messages[0]: #/reply_to must be a message of the chat that is not deleted, and 1 is none',
    ],
    'a chat that is not of the seed': [
      { chats: [party], messages: [{ text: 'Hello' }, { chat: 1, text: 'Hello' }] },
      'messages[1]: chat must be one of the 1 of the seed, which begin at 0',
    ],
    'a chat that is not there': [{ messages: [{ chat_id: 7, text: 'Hello' }] }, 'messages[0]: Chat 7 was not found'],
    'a list that is none': [
      { chats: [party], message: [{ text: 'Hello' }] } as Seed,
      'message is none of chats, members, messages',
    ],
    'too much': [
      { messages: Array.from({ length: 10_001 }, () => ({ text: 'Hello' })) },
      'messages must be at most 10000, and 10001 are too many',
    ],
  }
  for (const [what, [seed, message]] of Object.entries(refusals))
    it(`is not by ${what}`, async () => {
      expect(await rejection(aMessenger().seed(seed))).to.have.property('message', message)
    })

  it('keeps what came before what was refused', async () => {
    const messenger = aMessenger()
    await rejection(messenger.seed({ chats: [party], messages: [{ text: 'Hello' }, { text: '' }, { text: 'x' }] }))
    expect((await messenger.messages(1)).map(({ text }) => text)).to.deep.equal(['Hello'])
  })

  it('does not take one chat by its place and its number', () => {
    // @ts-expect-error -- it is the one or the other
    const _seed: Seed = { messages: [{ chat: 0, chat_id: 1, text: 'Hello' }] }
  })
})
