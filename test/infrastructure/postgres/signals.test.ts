import { expect } from 'chai'
import { Client, type Pool } from 'pg'
import type { Signal } from '../../../src/application/ports/signals.ts'
import { openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresNotifications } from '../../../src/infrastructure/postgres/notifications.ts'
import { postgresSignals } from '../../../src/infrastructure/postgres/signals.ts'
import { openStorage } from '../../../src/storage.ts'
import { aChatId, upTo } from '../../fixtures.ts'
import { adminOf, aDatabase, urlOf } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { aConfig } from '../../served.ts'
import { signalsOn } from '../../signals-on.ts'
import { aReading, aTyping } from '../../signals.ts'
import { until } from '../../until.ts'

describe('Signals of servers on one database', () => {
  const hold = releasing()
  let where: Awaited<ReturnType<typeof aDatabase>>

  before(async () => {
    where = await aDatabase()
  })

  /** A server that hears signals. */
  const aServer = async () => {
    const { signals } = await signalsOn(hold, where)
    const heard: Signal[] = []
    signals.listen((signal) => heard.push(signal))
    return { signals, heard }
  }

  /** What PostgreSQL is told on the channel of signals. */
  const overheard = async () => {
    const client = hold(new Client(where), (client) => client.end())
    await client.connect()
    await client.query('listen messenger_signals')
    const payloads: string[] = []
    client.on('notification', ({ payload = '' }) => payloads.push(payload))
    return payloads
  }

  /** How many signals the payloads hold. Each session hears them in its own time: one that has them says nothing of another. */
  const signalsIn = (payloads: readonly string[]) =>
    payloads.flatMap((payload) => (JSON.parse(payload) as unknown[]).slice(2)).length

  const notify = (payload: string) => adminOf(where, `select pg_notify('messenger_signals', '${payload}')`)

  /** A pool that keeps the statements it is asked for, until it is told how they end. */
  const aSlowPool = () => {
    const asked: ((error?: Error) => void)[] = []
    const query = () =>
      new Promise((resolve, reject) => asked.push((error) => (error ? reject(error) : resolve({ rows: [] }))))
    const failures: string[] = []
    const silent = hold(postgresNotifications({ session: undefined }), ({ close }) => close())
    const signals = postgresSignals({ pool: { query } as unknown as Pool }, silent, (work) => failures.push(work))
    return { asked, failures, signals: hold(signals, ({ close }) => close()) }
  }

  it('put what is sent together into few notifications, the newest of each kind, chat and user', async () => {
    const [here, there, payloads] = [await aServer(), await aServer(), await overheard()]
    for (const round of upTo(3)) for (const n of upTo(1000)) here.signals.send(aReading(round, { user: `user-${n}` }))
    await until(() => there.heard.length >= 1000 && signalsIn(payloads) >= 1000)
    expect(there.heard).to.deep.equal(upTo(1000).map((n) => aReading(3, { user: `user-${n}` })))
    expect(payloads.length).to.be.within(2, 8)
    for (const payload of payloads) expect(Buffer.byteLength(payload)).to.be.below(7900)
  })

  it('fit the longest ids, whatever is to be escaped in them', async () => {
    const [here, there, payloads] = [await aServer(), await aServer(), await overheard()]
    const chatId = aChatId(Number.MAX_SAFE_INTEGER)
    const sent = upTo(94).map((n) =>
      aReading(Number.MAX_SAFE_INTEGER, { chatId, user: '"\\'.repeat(127) + String.fromCharCode(32 + n) }),
    )
    for (const signal of sent) here.signals.send(signal)
    await until(() => there.heard.length === sent.length && signalsIn(payloads) === sent.length)
    expect(there.heard).to.deep.equal(sent)
    for (const payload of payloads) expect(Buffer.byteLength(payload)).to.be.below(7900)
  })

  it('make nothing of what they cannot read, or what a newer server means by it', async () => {
    const { heard } = await aServer()
    const nothing = [
      ...['', 'x', '{}', 'null', '[]', '[1]', '[2,"x",["typing",1,"ada"]]', '["1","x",["typing",1,"ada"]]'],
      '[1,"x",null,7,"typing",[],["typing"],["typing",0,"ada"],["typing",1.5,"ada"],["typing","1","ada"]]',
      '[1,"x",["typing",1,""],["typing",1,"a b"],["typing",1,".."],["typing",1,7],["typing",9007199254740992,"ada"]]',
      '[1,"x",["read",1,"ada"],["read",1,"ada",-1],["read",1,"ada","3"],["waving",1,"ada"],["__proto__",1,"ada"]]',
    ]
    for (const payload of nothing) await notify(payload)
    await notify('[1,"x",["waving",1,"ada"],["read",1,"ada",3,"and more"],["typing",1,"bob"]]')
    await until(() => heard.length > 1)
    expect(heard).to.deep.equal([aReading(3), aTyping({ user: 'bob' })])
  })

  it('send one statement at a time, and meanwhile keep the newest', async () => {
    const { asked, signals } = aSlowPool()
    signals.send(aTyping())
    await until(() => asked.length === 1)
    for (const n of upTo(100)) signals.send(aReading(n))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(asked).to.have.length(1)
    asked[0]?.()
    await until(() => asked.length === 2)
    asked[1]?.()
  })

  it('report what could not be sent, tell it here all the same, and go on', async () => {
    const { asked, failures, signals } = aSlowPool()
    const heard: Signal[] = []
    signals.listen((signal) => heard.push(signal))
    for (const times of [1, 2]) {
      signals.send(aReading(times))
      expect(heard).to.have.length(times)
      await until(() => asked.length === times)
      asked.at(-1)?.(new Error('connection lost'))
      await until(() => failures.length === times)
    }
    expect(failures).to.deep.equal(['signal', 'signal'])
  })

  it('are sent no more once they are closed, and told here still', async () => {
    const { asked, signals } = aSlowPool()
    const heard: Signal[] = []
    signals.listen((signal) => heard.push(signal))
    signals.send(aTyping())
    signals.close()
    signals.send(aTyping())
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([heard.length, asked.length]).to.deep.equal([2, 0])
  })

  it('come on the connection on which rings come', async () => {
    const place = await aDatabase()
    const storages = upTo(2).map(() =>
      openStorage(aConfig({ DATABASE_URL: urlOf(place) }), () => {}).then((storage) =>
        hold(storage, ({ close }) => close()),
      ),
    )
    const [here, there] = await Promise.all(storages)
    const sessions = async () =>
      (
        await adminOf(
          place,
          `select from pg_stat_activity where query like 'listen %' and state = 'idle' and datname = current_database()`,
        )
      ).rowCount
    await until(async () => (await sessions()) === 2)
    const heard: unknown[] = []
    there?.signals.listen((signal) => heard.push(signal))
    there?.bell.listen((id) => heard.push(id))
    here?.signals.send(aTyping())
    await until(() => heard.length === 1)
    here?.bell.ring(aChatId(7))
    await until(() => heard.length === 2)
    expect(heard).to.deep.equal([aTyping(), 7])
    expect(await sessions()).to.equal(2)
  })

  it('stay in the process where there is no way past a pooler', async () => {
    const database = hold(openDatabase(where, { pooler: 'transaction' }), ({ close }) => close())
    expect(database.session).to.equal(undefined)
    const notifications = hold(postgresNotifications(database), ({ close }) => close())
    const signals = hold(postgresSignals(database, notifications), ({ close }) => close())
    const [heard, other, payloads] = [[] as Signal[], await aServer(), await overheard()]
    signals.listen((signal) => heard.push(signal))
    other.signals.send(aTyping())
    await until(() => payloads.length === 1)
    signals.send(aReading(1))
    expect(heard).to.deep.equal([aReading(1)])
    await until(() => other.heard.length === 2)
    expect(heard).to.deep.equal([aReading(1)])
  })
})
