import { expect } from 'chai'
import type { Moment } from '../../../../src/application/ports/inboxes.ts'
import { ANYBODY } from '../../../../src/domain/caller.ts'
import type { ChatId } from '../../../../src/domain/identity.ts'
import { aUser, right, upTo } from '../../../fixtures.ts'
import { aServer } from './fakes.ts'
import { aFollower, scenesOn } from './follower.ts'

const ALICE = aUser('alice')

describe('A stream of an inbox whose reader does not take what it begins with', () => {
  const server = aServer()
  const { opened, send } = scenesOn(server)

  it('reads no entries that its reader is not there to take, and loses nothing of what comes and goes until it does', async () => {
    const chats = await Promise.all(upTo(250).map(() => opened(ALICE)))
    const slow = aFollower(server, ALICE.id)
    slow.stalls = true
    await slow.begin(0 as Moment)
    await server.quiet()
    const read = () => server.fake.asked.flatMap(({ what, given }) => (what === 'entries' ? (given[0] as []) : []))
    expect(read(), 'one part').to.have.length(100)

    const [early, late] = [chats[0] as ChatId, chats[249] as ChatId]
    for (const chatId of [early, late]) await send(chatId)
    for (const chatId of [chats[1], chats[248]]) right(await server.act.remove(ANYBODY, chatId as ChatId, ALICE.id))
    const added = await opened(ALICE)
    await server.quiet()
    expect(slow.got).to.deep.equal([])
    await slow.goOn()
    await server.quiet()
    expect(slow.events().slice(0, 2)).to.deep.equal(['chats', 'entry'])
    expect([early, late, added].map((chatId) => slow.of(chatId).at(-1))).to.deep.equal([
      [1, 1],
      [1, 1],
      [0, 0],
    ])
    expect(slow.fold.entries.size).to.equal(chats.length - 2 + 1)
  })
})
