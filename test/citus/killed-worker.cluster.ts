import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { aConfig, served } from '../served.ts'
import { until } from '../until.ts'
import { aSpreadDatabase, clusterUrl } from './cluster.ts'
import { expectAllSaid, openChats, startSenders } from './senders.ts'
import { chatsOn, CITUS_START_WORKER, killWorker, startWorker, workers } from './workers.ts'

/** Senders to the chats of each worker, and milliseconds of load before, during and after. */
const SENDERS = 8
const PHASE_MS = 5000

/** Within this a chat on a living worker is answered, always: as anybody is anywhere. */
const PATIENCE_MS = 2500

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

  it('loses nothing, and the chats of the other are answered throughout', async () => {
    await openChats(messenger, 40)
    const [mortal, living] = await workers()
    if (!mortal || !living) throw new Error('the test needs two workers on this machine')
    const [onMortal, onLiving] = [await chatsOn(mortal), await chatsOn(living)]
    expect(onMortal).not.to.have.length(0)
    expect(onLiving).not.to.have.length(0)
    const ofMortal = startSenders(messenger, onMortal, SENDERS)
    const ofLiving = startSenders(messenger, onLiving, SENDERS)

    await sleep(PHASE_MS)
    killWorker(mortal)
    const before = ofLiving.said.length
    await sleep(PHASE_MS)
    expect((await fetch(`${messenger.url}/readyz`)).status, 'ready without the worker').to.equal(200)
    expect(ofLiving.said.length).to.be.above(before)
    const since = ofMortal.said.length
    await startWorker(mortal)
    await until(() => ofMortal.said.length > since)
    await sleep(PHASE_MS)
    await Promise.all([ofMortal.stop(), ofLiving.stop()])

    console.log(
      `      ${ofMortal.said.length + ofLiving.said.length} said; living ${JSON.stringify([...ofLiving.statuses])}, ` +
        `killed ${JSON.stringify([...ofMortal.statuses])}; slowest answer of a living one ${Math.round(ofLiving.slowest())} ms`,
    )
    expect([...ofLiving.statuses.keys()], 'answers of chats on the living worker').to.deep.equal([201])
    expect(ofLiving.slowest()).to.be.at.most(PATIENCE_MS)
    expect([...ofMortal.statuses.keys()]).to.have.members([201, 503])
    expect(new Set(ofLiving.reads)).to.deep.equal(new Set(['there']))
    expect(new Set(ofMortal.reads)).not.to.include('missed')
    await expectAllSaid(messenger, onMortal, ofMortal.said)
    await expectAllSaid(messenger, onLiving, ofLiving.said)
  })
})
