import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { aConfig, served } from '../served.ts'
import { until } from '../until.ts'
import { aSpreadDatabase, clusterUrl } from './cluster.ts'
import { chatsOn, CITUS_START_WORKER, killWorker, startWorker, workers } from './workers.ts'

/** Senders to the chats of each worker, and milliseconds of load before, during and after. */
const SENDERS = 8
const PHASE_MS = 5000

/** Within this a chat on a living worker is answered, always: as anybody is anywhere. */
const PATIENCE_MS = 2500

interface Said {
  readonly chat: number
  readonly text: string
  readonly id: number
}

describe('A worker that is killed under load', function () {
  this.timeout(180_000)
  let messenger: Messenger

  before(async function () {
    if (CITUS_START_WORKER === undefined) {
      console.warn('    no worker is killed: CITUS_START_WORKER does not say how to start one again')
      this.skip()
    }
    await (await aSpreadDatabase()).close()
    messenger = await served(await openStorage(aConfig({ DATABASE_URL: clusterUrl() }), () => {}))
  })
  after(async () => {
    // Skipped before there was any.
    if ((messenger as Messenger | undefined) === undefined) return
    await messenger.stop()
  })

  const post = async (path: string, body: object, key: string) => {
    const response = await fetch(`${messenger.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as { readonly id: number } }
  }

  it('loses nothing, and the chats of the other are answered throughout', async () => {
    for (let n = 0; n < 40; n++)
      expect((await post('/chats/', { title: `chat ${n}` }, randomUUID())).status).to.equal(201)
    const [mortal, living] = await workers()
    if (!mortal || !living) throw new Error('the test needs two workers on this machine')
    const [onMortal, onLiving] = [await chatsOn(mortal), await chatsOn(living)]
    expect(onMortal).not.to.have.length(0)
    expect(onLiving).not.to.have.length(0)

    const said: Said[] = []
    const statuses = { mortal: new Map<number, number>(), living: new Map<number, number>() }
    let slowest = 0
    let isOver = false

    /** Says one thing until it is said, whatever becomes of each try, so that none is left in doubt. */
    const sender = async (whose: 'mortal' | 'living', chats: readonly number[]) => {
      while (!isOver) {
        const chat = chats[Math.floor(Math.random() * chats.length)] ?? 0
        const text = randomUUID()
        for (;;) {
          const since = performance.now()
          const { status, body } = await post(`/chats/${chat}/messages/`, { text }, text)
          if (whose === 'living') slowest = Math.max(slowest, performance.now() - since)
          statuses[whose].set(status, (statuses[whose].get(status) ?? 0) + 1)
          if (status === 201) {
            said.push({ chat, text, id: body.id })
            break
          }
          await sleep(50)
        }
      }
    }
    const senders = Array.from({ length: SENDERS }, () => [
      sender('mortal', onMortal),
      sender('living', onLiving),
    ]).flat()

    await sleep(PHASE_MS)
    killWorker(mortal)
    const before = said.length
    await sleep(PHASE_MS)
    expect((await fetch(`${messenger.url}/readyz`)).status, 'ready without the worker').to.equal(200)
    const saidMeanwhile = said.slice(before)
    expect(saidMeanwhile.filter(({ chat }) => onLiving.includes(chat as never))).not.to.have.length(0)
    await startWorker(mortal)
    const since = said.length
    await until(() => said.slice(since).some(({ chat }) => onMortal.includes(chat as never)))
    await sleep(PHASE_MS)
    isOver = true
    await Promise.all(senders)

    console.log(
      `      ${said.length} said; living ${JSON.stringify([...statuses.living])}, ` +
        `killed ${JSON.stringify([...statuses.mortal])}; slowest answer of a living one ${Math.round(slowest)} ms`,
    )
    expect([...statuses.living.keys()], 'answers of chats on the living worker').to.deep.equal([201])
    expect(slowest).to.be.at.most(PATIENCE_MS)
    expect([...statuses.mortal.keys()]).to.have.members([201, 503])
    for (const chat of [...onMortal, ...onLiving]) {
      const own = said.filter((one) => one.chat === chat)
      const found = await messagesOf(chat)
      expect(found.map(({ id }) => id)).to.deep.equal(found.map((_, index) => index + 1))
      expect(found.map(({ id, text }) => ({ chat, id, text }))).to.have.deep.members(
        own.map(({ id, text }) => ({ chat, id, text })),
      )
    }
  })

  const messagesOf = async (chat: number) => {
    const all: { readonly id: number; readonly text: string }[] = []
    for (;;) {
      const page = await fetch(`${messenger.url}/chats/${chat}/messages/?limit=100&after=${all.at(-1)?.id ?? 0}`)
      expect(page.status).to.equal(200)
      const entries = ((await page.json()) as typeof all).toReversed()
      all.push(...entries)
      if (entries.length < 100) return all
    }
  }
})
