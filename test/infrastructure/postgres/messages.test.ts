import { expect } from 'chai'
import type { Pool } from 'pg'
import type { Chats } from '../../../src/application/ports/chats.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import type { Database } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresMessages } from '../../../src/infrastructure/postgres/reads/messages.ts'
import { ANYBODY } from '../../../src/domain/caller.ts'
import { aChatId, aMessageId, upTo } from '../../fixtures.ts'
import { type ChangesOf, changesOf } from '../../kept-changes.ts'
import { anOpenDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

describe('Single messages that are read together', () => {
  const hold = releasing()
  let database: Database
  let chats: Chats
  let make: ChangesOf

  beforeEach(async () => {
    database = await hold(anOpenDatabase(), async (opened) => (await opened).close())
    chats = postgresChats(database)
    make = changesOf(chats)
  })

  /** The reads, with the numbers of messages that each statement asked for; the first statements may fail. */
  const reading = (failures = 0) => {
    const statements: number[][] = []
    const query = async (statement: { values: (string | null)[] }) => {
      const numbers = statement.values.map((list) => (list ?? '').slice(1, -1).split(',').map(Number))
      statements.push(numbers[1] ?? [])
      if (statements.length <= failures) throw new Error('gone')
      return database.pool.query(statement as never)
    }
    return { find: postgresMessages({ query } as unknown as Pool), statements }
  }

  const aChatOf = async (count: number): Promise<ChatId> => {
    const id = await make.open()
    await make.sendMany(id, count)
    return id
  }

  it('gives each its own: twice the same, of a chat that is not there, not there, deleted, in the order asked', async () => {
    const [one, two] = [await aChatOf(3), await aChatOf(1)]
    await make.erase(one, 2)
    const { find, statements } = reading()
    const asked = [
      [one, 3, 'message 3'],
      [aChatId(999), 1, undefined],
      [one, 1, 'message 1'],
      [one, 2, null],
      [two, 1, 'message 1'],
      [one, 3, 'message 3'],
      [two, 2, null],
      [aChatId(999), 1, undefined],
      [one, 1, 'message 1'],
    ] as const
    const found = await Promise.all(asked.map(([id, number]) => find(ANYBODY, id, aMessageId(number))))
    expect(found.map((message) => message && message.text)).to.deep.equal(asked.map(([, , text]) => text))
    expect(found.map((message) => message && [message.chatId, message.id])).to.deep.equal(
      asked.map(([id, number, text]) => text && [id, number]),
    )
    expect(statements.map((numbers) => numbers.length)).to.deep.equal([9])
  })

  it('takes few statements for many, and none for more than its share', async () => {
    const id = await aChatOf(3)
    const { find, statements } = reading()
    const found = await Promise.all(upTo(300).map((n) => find(ANYBODY, id, aMessageId((n % 3) + 1))))
    expect(found.map((message) => message?.id as number)).to.deep.equal(upTo(300).map((n) => (n % 3) + 1))
    expect(statements.map((numbers) => numbers.length).toSorted()).to.deep.equal([44, 64, 64, 64, 64])
  })

  it('shows whoever asks what was kept before', async () => {
    const id = await aChatOf(1)
    const { find } = reading()
    for (const text of ['first', 'second', 'third']) {
      const earlier = upTo(10).map(() => find(ANYBODY, id, aMessageId(1)))
      await make.edit(id, 1, text)
      expect((await find(ANYBODY, id, aMessageId(1)))?.text).to.equal(text)
      expect((await Promise.all(earlier)).filter((message) => !message)).to.deep.equal([])
    }
    await make.erase(id, 1)
    expect(await find(ANYBODY, id, aMessageId(1))).to.equal(null)
    await make.remove(id)
    expect(await find(ANYBODY, id, aMessageId(1))).to.equal(undefined)
  })

  it('fails for those of a statement that failed, and reads on for everybody else', async () => {
    const id = await aChatOf(1)
    const { find, statements } = reading(2)
    const settled = await Promise.allSettled(upTo(200).map(() => find(ANYBODY, id, aMessageId(1))))
    expect(settled.filter(({ status }) => status === 'rejected')).to.have.length(128)
    expect(await Promise.all(upTo(128).map(() => find(ANYBODY, id, aMessageId(1))))).to.have.length(128)
    expect(statements.map((numbers) => numbers.length)).to.deep.equal([64, 64, 64, 8, 64, 64])
  })
})
