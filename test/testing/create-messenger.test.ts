import { expect } from 'chai'
import { createClient } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { rejection } from '../client/rejection.ts'

describe('A messenger for tests', () => {
  let messenger: TestMessenger

  beforeEach(() => {
    messenger = createMessenger()
  })
  const hold = releasing()
  afterEach(() => messenger.close())

  const client = () => createClient({ fetch: messenger.fetch })
  const aChat = async (...texts: string[]) => {
    const { id } = await client().createChat({ title: 'Release party' })
    for (const text of texts) await client().sendMessage(id, { text })
    return id
  }

  it('serves the same in process and at a port', async () => {
    const chatId = await aChat('hello')
    const url = await messenger.listen()
    const overNetwork = await (await fetch(`${url}/chats/${chatId}`)).json()
    expect(await (await messenger.fetch(`/chats/${chatId}`)).json()).to.deep.equal(overNetwork)
  })

  it('is at a time that stands still until the test moves it', async () => {
    const chatId = await aChat('at noon')
    messenger.clock.advance(1500)
    await client().sendMessage(chatId, { text: 'a little later' })
    messenger.clock.set(new Date('2027-01-01T00:00:00Z'))
    await client().sendMessage(chatId, { text: 'next year' })
    expect((await messenger.messages(chatId)).map(({ created_at }) => created_at)).to.deep.equal([
      '2026-03-14T12:00:00.000Z',
      '2026-03-14T12:00:01.500Z',
      '2027-01-01T00:00:00.000Z',
    ])
    const elsewhen = hold(createMessenger({ now: new Date(0) }), ({ close }) => close())
    expect(elsewhen.clock.now()).to.deep.equal(new Date(0))
  })

  it('lets the test look inside, however much there is, the oldest first', async () => {
    const chatId = await aChat()
    for (let n = 1; n <= 150; n++) await client().sendMessage(chatId, { text: `message ${n}` })
    await client().deleteMessage(chatId, 2)
    const ids = (await messenger.messages(chatId)).map(({ id }) => id)
    expect([ids.length, ids[0], ids[1], ids.at(-1)]).to.deep.equal([149, 1, 3, 150])
    expect(await messenger.chats()).to.deep.equal((await client().listChats()).entries)
    expect(await rejection(messenger.messages(99))).to.include({ message: 'chat 99 is not there' })
  })

  it('begins anew when it is reset: numbers, faults and clock too', async () => {
    await aChat('hello')
    messenger.clock.advance(1000)
    messenger.fail('unavailable')
    messenger.reset()
    expect(await messenger.chats()).to.deep.equal([])
    expect(await aChat()).to.equal(1)
    expect((await messenger.chats())[0]?.created_at).to.equal('2026-03-14T12:00:00.000Z')
  })

  it('has nothing to do with another', async () => {
    const other = hold(createMessenger(), ({ close }) => close())
    await aChat('hello')
    expect(await other.chats()).to.deep.equal([])
    await other.close()
    expect(await messenger.chats()).to.have.length(1)
  })

  it('cuts what is open when it is closed, and answers no more', async () => {
    const chatId = await aChat()
    const url = await messenger.listen()
    const streams = [await messenger.fetch(`/chats/${chatId}/events`), await fetch(`${url}/chats/${chatId}/events`)]
    await messenger.close()
    for (const stream of streams) expect(await rejection(stream.text())).to.be.instanceOf(TypeError)
    expect(await rejection(messenger.fetch('/livez'))).to.be.instanceOf(TypeError)
    expect(await rejection(fetch(`${url}/livez`))).to.be.instanceOf(TypeError)
    await messenger.close()
  })
})
