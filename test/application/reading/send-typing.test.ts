import { expect } from 'chai'
import { typingNowAndThen } from '../../../src/application/following/signals/typing-now-and-then.ts'
import type { Signal } from '../../../src/application/ports/signals.ts'
import { sendTyping } from '../../../src/application/reading/send-typing.ts'
import { ANYBODY, type Caller } from '../../../src/domain/caller.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { memoryChats } from '../../../src/infrastructure/memory/chats.ts'
import { memorySignals } from '../../../src/infrastructure/memory/signals.ts'
import { acting } from '../../acting.ts'
import { aChatId, aUser, left, right } from '../../fixtures.ts'
import { aReading, aTyping } from '../../signals.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]

describe('Telling that somebody types', () => {
  const chats = memoryChats()
  const make = acting(chats)
  let heard: Signal[]
  let type: (caller: Caller, chatId: ChatId) => ReturnType<ReturnType<ReturnType<typeof sendTyping>>>

  beforeEach(() => {
    const signals = memorySignals()
    heard = []
    signals.listen((signal) => heard.push(signal))
    type = (caller, chatId) => sendTyping(chats, signals)(caller, { chatId })()
  })

  it('is done for members who may send, and strangers to a public chat', async () => {
    const members = [{ userId: BOB.id, role: 'member' as const }]
    const chatId = right(await make.open(ALICE, { visibility: 'public', members })).done.id
    for (const caller of [ALICE, BOB, CAROL]) right(await type(caller, chatId))
    expect(heard).to.deep.equal(['alice', 'bob', 'carol'].map((user) => aTyping({ chatId, user })))
  })

  it('is refused to readers and services, and to whom the chat is not there: nothing is told', async () => {
    const members = [{ userId: BOB.id, role: 'reader' as const }]
    const chatId = right(await make.open(ALICE, { members })).done.id
    for (const caller of [BOB, ANYBODY]) expect(left(await type(caller, chatId))).to.include({ kind: 'Forbidden' })
    for (const [caller, id] of [[CAROL, chatId] as const, [ALICE, aChatId(999)] as const])
      expect(left(await type(caller, id))).to.deep.equal({ kind: 'ChatNotFound', chatId: id })
    expect(heard).to.deep.equal([])
  })

  it('is sent once in a second, for each user and chat; other signals are sent as they come', () => {
    const time = { ms: 0 }
    const signals = memorySignals()
    signals.listen((signal) => heard.push(signal))
    const { send } = typingNowAndThen(signals, () => time.ms)
    const sent = [aTyping(), aTyping({ user: 'bob' }), aTyping({ chatId: aChatId(2) }), aReading(1)]
    for (const ms of [0, 500, 999, 1000]) {
      time.ms = ms
      for (const signal of sent) send(signal)
    }
    expect(heard).to.deep.equal([...sent, aReading(1), aReading(1), ...sent])
  })
})
