import { expect } from 'chai'
import type { Storage } from '../../src/composition/storage.ts'
import { clientOf } from '../client.ts'
import { figuresOn } from '../figures.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, memoryStorage, served } from '../served.ts'
import { goal } from '../goal.ts'
import { until } from '../until.ts'

describe('The metric of readiness', () => {
  const hold = releasing()
  const serving = async (storage: Storage, environment = {}) =>
    hold(await served(storage, environment), ({ stop }) => stop())
  const readyOn = async (url: string) => (await figuresOn(clientOf(url))).get('service_ready')

  it('is 1 where the service can do its work, and 0 where the database cannot', async () => {
    expect(await readyOn((await serving(memoryStorage())).url)).to.equal(1)
    expect(await readyOn((await serving(brokenStorage())).url)).to.equal(0)
    const health = { database: async () => true, migrations: async () => false }
    expect(await readyOn((await serving({ ...memoryStorage(), health })).url)).to.equal(0)
  })

  it('is 0 of what does not say so in time, and keeps nobody', async () => {
    const health = { database: () => new Promise<boolean>(() => {}), migrations: async () => true }
    const { url } = await serving({ ...memoryStorage(), health })
    const since = performance.now()
    expect(await readyOn(url)).to.equal(0)
    expect(performance.now() - since).to.be.lessThan(goal(900))
  })

  it('is 0 while the service stops', async () => {
    const messenger = await served(memoryStorage(), { SHUTDOWN_DELAY_MS: '300' })
    expect(await readyOn(messenger.url)).to.equal(1)
    const stopped = messenger.stop()
    await until(async () => (await readyOn(messenger.url)) === 0)
    await stopped
  })
})
