import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { followedChats } from '../../../src/application/following/followed-chats.ts'
import type { Revision } from '../../../src/domain/identity.ts'
import { postgresBell } from '../../../src/infrastructure/postgres/bell.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresHealth } from '../../../src/infrastructure/postgres/health.ts'
import { postgresJournal } from '../../../src/infrastructure/postgres/journal.ts'
import { postgresNotifications } from '../../../src/infrastructure/postgres/notifications.ts'
import { postgresSignals } from '../../../src/infrastructure/postgres/signals.ts'
import { ANYBODY } from '../../../src/domain/caller.ts'
import { editMessage, removeChat, send } from '../../changes.ts'
import { aChatId, aNewChat, upTo } from '../../fixtures.ts'
import { aTyping } from '../../signals.ts'
import { until } from '../../until.ts'
import { type Failing, failingServer } from './failing-server.ts'

/** Every class of SQLSTATE (appendix A of PostgreSQL's manual), and single codes that are known to have done harm. */
const CLASSES =
  '01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX'
const CODES = [
  ...CLASSES.split(' ').map((known) => `${known}000`),
  ...['42P01', '42P05', '26000', '40001', '40P01', '3D000', '57P01', '57P03', '53300', '28P01', 'XX001'],
]

const WAYS: readonly Failing[] = ['at the connection', 'at a statement', 'at a statement, and the connection ends']

describe('Work in the background of a server whose database fails', function () {
  this.timeout(120_000)
  const rejections: unknown[] = []
  const note = (reason: unknown) => void rejections.push(reason)
  before(() => process.on('unhandledRejection', note).on('uncaughtException', note))
  after(() => process.off('unhandledRejection', note).off('uncaughtException', note))

  /** All of it, once or more. Returns what was reported. */
  const work = async (url: string) => {
    const database = openDatabase({ url }, { size: 4, acquireTimeout: 500 })
    const failures = new Map<string, number>()
    const onFailure = (work: string) => void failures.set(work, (failures.get(work) ?? 0) + 1)
    const notifications = postgresNotifications(database, onFailure)
    const bell = postgresBell(database, notifications, onFailure)
    const signals = postgresSignals(database, notifications, onFailure)
    const poll = { look: () => {} }
    const chats = followedChats(postgresJournal(database.pool), bell, {
      poll: (look) => {
        poll.look = look
        return () => {}
      },
      onFailure,
    })
    const ids = upTo(3).map((n) => aChatId(n))
    for (const id of ids) chats.follow(id, 0 as Revision, () => {})
    const stored = postgresChats(database)
    const asked = async (id: (typeof ids)[number]) => [
      ...(await Promise.allSettled([send(stored, id), editMessage(stored, id, 1, 'edited'), removeChat(stored, id)])),
      ...(await Promise.allSettled([stored.add(ANYBODY, aNewChat())(), stored.messages(ANYBODY, id, { limit: 1 })()])),
    ]
    const requests = Promise.all(ids.map(asked))
    const { database: answers, migrations } = postgresHealth(database)
    expect([await answers(), await migrations()]).to.deep.equal([false, false])
    // Twice and more, as whoever failed goes on.
    await until(() => {
      poll.look()
      for (const id of ids) {
        bell.ring(id)
        signals.send(aTyping({ chatId: id }))
      }
      return ['read', 'look', 'notify', 'signal', 'listen'].every((kind) => (failures.get(kind) ?? 0) >= 2)
    })
    const succeeded = (await requests)
      .flat()
      .filter((answer) => answer.status === 'fulfilled' && answer.value._tag === 'Right')
    expect(succeeded, 'what was done on a database that fails').to.deep.equal([])
    chats.close()
    bell.close()
    signals.close()
    await notifications.close()
    await database.close()
    return failures
  }

  for (const way of WAYS)
    it(`reports it and goes on, in every class of SQLSTATE: ${way}`, async () => {
      const all = [...CODES]
      const worker = async () => {
        for (let code = all.shift(); code !== undefined; code = all.shift()) {
          const server = await failingServer(code, way)
          await work(server.url).catch((error: unknown) => {
            throw new Error(`${code}: ${String(error)}`)
          })
          await server.close()
        }
      }
      await Promise.all(Array.from({ length: 12 }, worker))
      await sleep(50)
      expect(rejections).to.deep.equal([])
    })
})
