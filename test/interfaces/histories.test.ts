import fc from 'fast-check'
import { openStorage } from '../../src/storage.ts'
import { NOON } from '../fixtures.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, memoryStorage } from '../served.ts'
import { commands, newModel, read, type World } from './history-commands.ts'
import { aSide } from './history-sides.ts'

describe('Whatever happens to a chat', () => {
  const hold = releasing()

  it('memory and two servers on PostgreSQL tell the same history, and the one that was to be expected', async function () {
    this.timeout(180_000)
    const url = urlOf(await aDatabase())
    const property = fc.asyncProperty(commands, async (sequence) => {
      let ticks = 0
      const clock = { now: () => new Date(NOON.getTime() + ticks) }
      const inMemory = memoryStorage()
      const onPostgres = () => openStorage(aConfig({ DATABASE_URL: url }), () => {})
      const world: World = {
        memory: await aSide(hold, [async () => inMemory], clock),
        postgres: await aSide(hold, [onPostgres, onPostgres], clock),
        tick: () => void (ticks += 7),
      }
      const model = newModel()
      try {
        await fc.asyncModelRun(() => ({ model, real: world }), sequence)
        await read.run(model, world)
      } finally {
        await Promise.all([world.memory.stop(), world.postgres.stop()])
      }
    })
    await fc.assert(property, { numRuns: 20 })
  })
})
