import { expect } from 'chai'
import { createClient, type InboxEntry, isProblem } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from '../client/rejection.ts'

describe('More than text, in a messenger for tests', () => {
  let messenger: TestMessenger

  beforeEach(() => {
    messenger = createMessenger()
  })
  afterEach(() => messenger.close())

  const client = () => createClient({ fetch: messenger.fetch, wait: async () => {} })
  const as = (user: string) => client().as(user)
  const aChat = async () => {
    const { id } = await as('alice').createChat({ title: 'Party', visibility: 'public', metadata: { order: 1 } })
    await as('alice').sendMessage(id, { text: 'hello', metadata: { a: [1] } })
    return id
  }

  it('is shown past HTTP as the service shows it', async () => {
    const id = await aChat()
    await as('bob').sendMessage(id, { text: 'hi', reply_to: 1 })
    await as('bob').addReaction(id, 1, '❤')
    expect((await messenger.chats()).map(({ metadata }) => metadata)).to.deep.equal([{ order: 1 }])
    const { entries } = await client().listMessages(id, { order: 'asc' })
    const shown = await messenger.messages(id)
    expect(shown).to.deep.equal(entries)
    expect(shown.map(({ reply_to, metadata, reactions }) => [reply_to, metadata, reactions])).to.deep.equal([
      [null, { a: [1] }, [{ reaction: '❤', count: 1 }]],
      [1, {}, []],
    ])
  })

  it('is known without credentials, too, of whoever is acted for, and of nobody else', async () => {
    const id = await aChat()
    expect(isProblem(await rejection(client().addReaction(id, 1, '❤')), 'forbidden')).to.equal(true)
    for (const user of ['alice', 'bob']) await as(user).addReaction(id, 1, '❤')
    expect((await as('bob').listOwnReactions(id, 'bob')).entries).to.deep.equal([{ message_id: 1, reaction: '❤' }])
    expect((await client().listReactors(id, 1, '❤')).entries).to.have.length(2)
  })

  it('has the time of the test, which is that of the text alone', async () => {
    const id = await aChat()
    messenger.clock.advance(60_000)
    await as('bob').addReaction(id, 1, '❤')
    await as('alice').editMessage(id, 1, { metadata: {} })
    expect(await client().getMessage(id, 1)).to.include({ edited_at: null, created_at: '2026-03-14T12:00:00.000Z' })
    expect(await client().getChat(id)).to.include({ updated_at: '2026-03-14T12:01:00.000Z' })
  })

  it('goes wrong when the test says so', async () => {
    const id = await aChat()
    for (const [operation, call] of [
      ['addReaction', () => as('bob').addReaction(id, 1, '❤')],
      ['listReactors', () => client().listReactors(id, 1, '❤')],
      ['listOwnReactions', () => as('bob').listOwnReactions(id, 'bob')],
      ['removeReaction', () => as('bob').removeReaction(id, 1, '❤')],
    ] as const) {
      for (let attempt = 1; attempt <= 5; attempt++) messenger.fail('unavailable', operation)
      expect(isProblem(await rejection(call()), 'unavailable'), operation).to.equal(true)
      await call()
    }
  })

  it('is told to who follows an inbox when it is of the last message', async () => {
    const id = await aChat()
    await as('bob').putMember(id, 'bob', { role: 'member' })
    const { position } = await as('bob').getInbox('bob')
    await as('alice').addReaction(id, 1, '❤')
    let told: InboxEntry['last_message'] = null
    for await (const event of as('bob').followInbox('bob', { after: position })) {
      if (event.type === 'entry') told = event.entry.last_message
      if (told?.reactions.length) break
    }
    expect(told).to.deep.include({ metadata: { a: [1] }, reactions: [{ reaction: '❤', count: 1 }] })
  })

  it('is forgotten with everything else when it is reset', async () => {
    const id = await aChat()
    await as('bob').addReaction(id, 1, '❤')
    messenger.reset()
    expect(await aChat()).to.equal(id)
    expect((await as('bob').listOwnReactions(id, 'bob')).entries).to.deep.equal([])
    expect((await messenger.messages(id))[0]?.reactions).to.deep.equal([])
  })
})
