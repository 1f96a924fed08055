import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { createClient, foldInbox, isProblem } from 'messenger-api/client'
import { createMessenger } from 'messenger-api/testing'
import { followConversation, followInbox, unreadOf } from '../public/conversation.js'
import { createSupport } from '../support.js'

/** The messenger of these tests trusts tokens that are signed with this, as a server does by AUTH_JWT_SECRET. */
const secret = 'for these tests only: 32 bytes or more'
const messenger = createMessenger({ authentication: { secret } })
const wait = async () => {}

afterEach(() => messenger.reset())
after(() => messenger.close())

const aSupport = async (agents = ['anna', 'ben']) => {
  const token = await messenger.keyFor(['read', 'write', 'act'])
  return createSupport({ messenger: { fetch: messenger.fetch, token, wait }, secret, agents, now: messenger.clock.now })
}

/** What the page of that user has. */
const pageOf = (support, user) => {
  const token = async () => {
    const { token, expires_in } = await support.tokenFor(user)
    return { token, expiresIn: expires_in * 1000 }
  }
  return createClient({ fetch: messenger.fetch, token, wait })
}

/** Waits until what is shown is as it should be. */
const aView = () => {
  let [shown, look] = [undefined, () => {}]
  const show = (next) => {
    shown = next
    look()
  }
  const shows = (isSo) =>
    new Promise((resolve) => {
      look = () => shown !== undefined && isSo(shown) && resolve(shown)
      look()
    })
  return { show, shows }
}

test('a visitor has one chat, whoever opens it how often, though answers are lost', async () => {
  const [one, other] = [await aSupport(), await aSupport()]
  messenger.fail('lost-answer', 'createChat')
  messenger.fail('rate-limited', 'putMember')
  const chats = await Promise.all([one, other, one].map(({ openChat }) => openChat('visitor-joe')))
  assert.equal(new Set(chats).size, 1)
  assert.equal((await messenger.chats()).length, 1)
  assert.notEqual(await one.openChat('visitor-eve'), chats[0])
})

test('an agent who comes later is put into it as well, and what anybody has read stays', async () => {
  const chatId = await (await aSupport(['anna'])).openChat('visitor-joe')
  const support = await aSupport(['anna', 'ben'])
  await pageOf(support, 'visitor-joe').sendMessage(chatId, { text: 'Hello?' })
  assert.equal(await support.openChat('visitor-joe'), chatId)
  const { entries } = await pageOf(support, 'ben').listMembers(chatId)
  assert.deepEqual(
    entries.map(({ user_id, role }) => [user_id, role]),
    [
      ['anna', 'owner'],
      ['ben', 'owner'],
      ['visitor-joe', 'member'],
    ],
  )
  assert.deepEqual(await pageOf(support, 'anna').getUnread('anna'), { chats: 1, messages: 1 })
})

test('a token is for that visitor alone, and not for long', async () => {
  const support = await aSupport()
  const chatId = await support.openChat('visitor-joe')
  const { token, expires_in } = await support.tokenFor('visitor-eve')
  const eve = createClient({ fetch: messenger.fetch, token, wait })
  await assert.rejects(eve.getChat(chatId), (error) => isProblem(error, 'not-found'))
  messenger.clock.advance(expires_in * 1000)
  await assert.rejects(eve.listChats(), (error) => isProblem(error, 'unauthenticated'))
  // The page of a visitor asks for another.
  const joe = pageOf(support, 'visitor-joe')
  await joe.getChat(chatId)
  messenger.clock.advance(expires_in * 1000)
  assert.equal((await joe.sendMessage(chatId, { text: 'Still here' })).author, 'visitor-joe')
})

test('visitor and agent see what the other writes, and that it types, though the network breaks', async () => {
  const support = await aSupport()
  const chatId = await support.openChat('visitor-joe')
  const [joe, anna] = [pageOf(support, 'visitor-joe'), pageOf(support, 'anna')]
  const over = new AbortController()
  const { show, shows } = aView()
  const following = followConversation({ client: joe, me: 'visitor-joe', chatId, show, signal: over.signal })
  await shows(({ messages }) => messages.length === 0)

  await joe.sendMessage(chatId, { text: 'My order is late.' })
  await shows(({ messages }) => messages.length === 1)
  // The stream may have been opened a moment later than the page was read.
  const typing = setInterval(() => void anna.sendTyping(chatId).catch(() => undefined), 20)
  await shows((shown) => shown.typing.includes('anna'))
  clearInterval(typing)
  messenger.cutStreams()
  const { id } = await anna.sendMessage(chatId, { text: 'Which one is it?' })
  await shows(({ messages, typing }) => messages.length === 2 && typing.length === 0)
  await anna.deleteMessage(chatId, id)
  await shows(({ messages }) => messages.length === 1)
  over.abort()
  await following
})

test('what changes of a message further up than is shown stays there', async () => {
  const { chats } = await messenger.seed({
    chats: [{ title: 'Support for visitor-joe' }],
    members: [{ user_id: 'visitor-joe' }],
    messages: Array.from({ length: 120 }, (_, index) => ({ author: 'visitor-joe', text: `message ${index + 1}` })),
  })
  const [{ id: chatId }] = chats
  const joe = pageOf(await aSupport(), 'visitor-joe')
  const over = new AbortController()
  const { show, shows } = aView()
  const following = followConversation({ client: joe, me: 'visitor-joe', chatId, show, signal: over.signal })
  await shows(({ messages }) => messages.length === 100)
  await joe.editMessage(chatId, 1, { text: 'edited' })
  await joe.editMessage(chatId, 21, { text: 'edited' })
  const { messages } = await shows(({ messages }) => messages[0].text === 'edited')
  assert.deepEqual([messages.length, messages[0].id, messages.at(-1).id], [100, 21, 120])
  over.abort()
  await following
})

test('an agent has all chats in its inbox, with what it has not read', async () => {
  const support = await aSupport()
  const { chats } = await messenger.seed({
    chats: [{ title: 'Support for visitor-joe' }, { title: 'Support for visitor-eve' }],
    members: [
      { user_id: 'anna', role: 'owner' },
      { user_id: 'visitor-joe' },
      { chat: 1, user_id: 'anna', role: 'owner' },
    ],
    messages: [
      { author: 'visitor-joe', text: 'Hello?' },
      { author: 'visitor-joe', text: 'Anybody?' },
    ],
  })
  const anna = pageOf(support, 'anna')
  const over = new AbortController()
  const { show, shows } = aView()
  const following = followInbox({ client: anna, me: 'anna', foldInbox, show, signal: over.signal })
  await shows((inbox) => inbox.length === 2 && unreadOf(inbox) === 2)
  await anna.moveReadMarker(chats[0].id, 'anna', { message_id: 2, forward: true })
  await shows((inbox) => unreadOf(inbox) === 0)
  over.abort()
  await following
})
