import { expect } from 'chai'
import { createClient, foldInbox, type InboxEntry } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'

describe('What was read, in a messenger for tests', () => {
  const hold = releasing()
  let messenger: TestMessenger

  beforeEach(() => {
    messenger = createMessenger()
  })
  afterEach(() => messenger.close())

  const client = () => createClient({ fetch: messenger.fetch, wait: async () => {} })
  const as = (user: string) => client().as(user)
  const aChat = async () => {
    const { id } = await as('alice').createChat({ title: 'Party', members: [{ user_id: 'bob', role: 'member' }] })
    await as('alice').sendMessage(id, { text: 'hello' })
    return id
  }
  const badgeOf = (entries: readonly InboxEntry[]) => entries.reduce((sum, { unread }) => sum + unread, 0)

  it('is known without credentials, too, of whoever is acted for', async () => {
    const id = await aChat()
    expect(await as('bob').getUnread('bob')).to.deep.equal({ chats: 1, messages: 1 })
    expect(await as('alice').getUnread('alice')).to.deep.equal({ chats: 0, messages: 0 })
    await as('bob').moveReadMarker(id, 'bob', { message_id: 1 })
    expect(badgeOf((await client().getInbox('bob')).entries)).to.equal(0)
  })

  it('is told to a badge, in process and at a port, however often it is cut off', async () => {
    const id = await aChat()
    const url = await messenger.listen()
    const devices = [as('bob'), createClient({ baseUrl: url, wait: async () => {} }).as('bob')].map((device) => {
      const { signal } = hold(new AbortController(), (one) => one.abort())
      const shown = { inbox: [] as readonly InboxEntry[] }
      void (async () => {
        for await (const event of device.followInbox('bob', { after: '0', signal }))
          shown.inbox = foldInbox(shown.inbox, event)
      })()
      return shown
    })
    const allShow = (unread: number) => until(() => devices.every(({ inbox }) => badgeOf(inbox) === unread))
    await allShow(1)
    messenger.cutStreams()
    await as('alice').sendMessage(id, { text: 'hello' })
    await allShow(2)
    messenger.cutStreams()
    await as('bob').moveReadMarker(id, 'bob', { message_id: 2, forward: true })
    await allShow(0)
  })

  it('is forgotten with everything else when it is reset', async () => {
    await aChat()
    messenger.reset()
    expect(await as('bob').getUnread('bob')).to.deep.equal({ chats: 0, messages: 0 })
    expect((await as('bob').getInbox('bob')).entries).to.deep.equal([])
  })

  it('has the order that the clock of the test says', async () => {
    const [one, other] = [await aChat(), await aChat()]
    messenger.clock.advance(1000)
    await as('alice').sendMessage(one, { text: 'hello' })
    const order = async () => (await as('bob').getInbox('bob')).entries.map(({ chat }) => chat.id)
    expect(await order()).to.deep.equal([one, other])
    messenger.clock.advance(1000)
    await as('alice').sendMessage(other, { text: 'hello' })
    expect(await order()).to.deep.equal([other, one])
  })
})
