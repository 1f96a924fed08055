import { expect } from 'chai'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { aUser, upTo } from '../../../fixtures.ts'
import { aServer, type Server } from './fakes.ts'
import { scenesOn } from './follower.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]

describe('A chat whose entries cannot be read', () => {
  let server: Server
  let opened: ReturnType<typeof scenesOn>['opened']
  let send: ReturnType<typeof scenesOn>['send']
  let following: ReturnType<typeof scenesOn>['following']

  beforeEach(() => {
    server = aServer()
    ;({ opened, send, following } = scenesOn(server))
  })

  const looked = async (times: number) => {
    for (const _ of upTo(times)) {
      server.poll.look()
      await server.quiet()
    }
  }
  const sendToAll = async (chatIds: readonly ChatId[]) => {
    for (const chatId of chatIds) await send(chatId)
    await server.quiet()
  }
  const tens = async () => {
    const chatIds: ChatId[] = []
    for (const _ of upTo(30)) chatIds.push(await opened(ALICE))
    const [bad, badToo] = [chatIds[4], chatIds[20]] as [ChatId, ChatId]
    return { chatIds, bad, badToo, good: chatIds.filter((id) => id !== bad && id !== badToo) }
  }

  it('holds no other up, and is told with all that happened once it can be read', async () => {
    const { chatIds, bad, badToo, good } = await tens()
    const [alice, bob] = [await following(ALICE), await following(BOB)]
    server.fake.unreadable = new Set([bad, badToo])
    await sendToAll(chatIds)
    for (const id of good) expect(alice.of(id), String(id)).to.deep.include([1, 1])
    expect([alice.of(bad), alice.of(badToo), bob.got.length]).to.deep.equal([[], [], 0])
    await sendToAll(chatIds)
    for (const id of good) expect(alice.of(id).at(-1), String(id)).to.deep.equal([2, 2])
    server.fake.unreadable = new Set()
    await looked(10)
    expect([bad, badToo].map((id) => alice.of(id))).to.deep.equal([[[2, 2]], [[2, 2]]])
  })

  it('is tried alone, and ever more rarely', async () => {
    const { chatIds, bad } = await tens()
    await following(ALICE)
    server.fake.unreadable = new Set([bad])
    await sendToAll(chatIds)
    const asked = () => server.fake.count('entries')
    const before = asked()
    await looked(8)
    expect(asked() - before).to.equal(1)
    await looked(15)
    expect(asked() - before).to.equal(1)
    await looked(1)
    expect(asked() - before).to.equal(2)
    await looked(32)
    expect(asked() - before).to.equal(3)
  })

  it('keeps any moment from being settled', async () => {
    const { chatIds, bad } = await tens()
    const alice = await following(ALICE)
    const begun = alice.moment()
    server.fake.unreadable = new Set([bad])
    await sendToAll(chatIds)
    await looked(30)
    await sendToAll(chatIds)
    expect(alice.moment()).to.equal(begun)
    server.fake.unreadable = new Set()
    await looked(60)
    await sendToAll(chatIds)
    expect(alice.moment()).to.be.above(Number(begun))
  })

  it('is not looked for where nothing can be read: then all of it is due again', async () => {
    const { chatIds } = await tens()
    const alice = await following(ALICE)
    server.fake.unreadable = new Set(chatIds)
    const before = server.fake.count('entries')
    await sendToAll(chatIds)
    // The first of them had rung before the others, and was read alone.
    expect(server.fake.count('entries') - before).to.equal(1 + 7)
    expect(server.failures).to.have.length(2)
    server.fake.unreadable = new Set()
    await looked(1)
    for (const id of chatIds) expect(alice.of(id), String(id)).to.deep.equal([[1, 1]])
  })
})
