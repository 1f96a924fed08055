import { expect } from 'chai'
import { type ChatEvent, type Client, createClient, isFormerMember } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { until } from '../until.ts'

describe('Following a chat that goes out of sight', () => {
  let messenger: TestMessenger
  let owner: Client
  let asked: string[]

  const clientOf = (id: string) =>
    createClient({
      token: messenger.tokenFor(id),
      fetch: (input, init) => {
        if (/events/.test(input as string)) asked.push(id)
        return messenger.fetch(input, init)
      },
      wait: () => Promise.resolve(),
    })

  beforeEach(() => {
    messenger = createMessenger({ authentication: true })
    asked = []
    owner = clientOf('alice')
  })
  afterEach(() => messenger.close())

  const wordOf = (event: ChatEvent) => {
    if (event.type === 'message') return event.message.id
    if (event.type === 'member') return `${event.member.user_id} ${isFormerMember(event.member) ? 'gone' : 'here'}`
    return event.type === 'chat' ? event.chat.visibility : event.type
  }

  /** What is told to its end; `then` is done once so much was told. */
  const toldTo = async (events: AsyncIterable<ChatEvent>, count: number, then: () => Promise<unknown>) => {
    const told: (string | number)[] = []
    for await (const event of events) {
      told.push(wordOf(event))
      if (told.length === count) await then()
    }
    return told
  }

  const aChat = async (visibility: 'private' | 'public' = 'private') => {
    const members = [{ user_id: 'bob', role: 'member' as const }]
    const { id } = await owner.createChat({ title: 'Release party', visibility, members })
    await owner.sendMessage(id, { text: 'hello' })
    return id
  }

  it('ends with the removal of who follows, and does not come back for ever', async () => {
    for (const visibility of ['private', 'public'] as const) {
      const id = await aChat(visibility)
      asked = []
      const told = await toldTo(clientOf('bob').follow(id, { after: 0 }), 1, () => owner.removeMember(id, 'bob'))
      expect([told, asked]).to.deep.equal([
        [1, 'bob gone'],
        ['bob', 'bob'],
      ])
    }
  })

  it('ends with the chat that became private, for who is no member', async () => {
    const id = await aChat('public')
    const told = await toldTo(clientOf('carol').follow(id, { after: 0 }), 1, () =>
      owner.updateChat(id, { visibility: 'private' }),
    )
    expect(told).to.deep.equal([1, 'private'])
  })

  it('ends with a word when the removal came while it was away', async () => {
    const id = await aChat()
    const told = await toldTo(clientOf('bob').follow(id, { after: 0 }), 1, async () => {
      messenger.fail('unavailable', 'followChat')
      messenger.cutStreams()
      await owner.removeMember(id, 'bob')
    })
    expect(told).to.deep.equal([1, 'chat_deleted'])
  })

  it('goes on when somebody else was removed, also over another connection', async () => {
    const id = await aChat('public')
    const told = await toldTo(clientOf('carol').follow(id, { after: 0 }), 1, async () => {
      await owner.removeMember(id, 'bob')
      messenger.cutStreams()
      await owner.sendMessage(id, { text: 'still here' })
      await owner.deleteChat(id)
    })
    expect(told.at(-1)).to.equal('chat_deleted')
  })

  it('goes on in the other chats, and ends with the last of them', async () => {
    const [one, other] = [await aChat(), await aChat()]
    const bob = clientOf('bob')
    const told: (string | number)[] = []
    const following = (async () => {
      for await (const event of bob.followAll([one, other])) told.push(wordOf(event))
    })()
    const tells = (count: number) => until(() => told.length >= count)
    await until(() => asked.includes('bob'))
    await owner.sendMessage(one, { text: 'one' }).then(() => tells(1))
    await owner.removeMember(one, 'bob').then(() => tells(2))
    await owner.sendMessage(one, { text: 'not for bob' })
    await owner.sendMessage(other, { text: 'other' }).then(() => tells(3))
    messenger.cutStreams()
    await owner.sendMessage(other, { text: 'other' }).then(() => tells(4))
    await owner.deleteChat(other)
    await following
    expect(told).to.deep.equal([2, 'bob gone', 2, 3, 'chat_deleted'])
  })
})
