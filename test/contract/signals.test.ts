import { memorySignals } from '../../src/infrastructure/memory/signals.ts'
import { aDatabase } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { signalsOn } from '../signals-on.ts'
import { signalsContract } from './signals.contract.ts'

describe('Signals in memory', () =>
  signalsContract(async () => {
    const signals = memorySignals()
    return { here: signals, there: signals }
  }))

describe('Signals on PostgreSQL', () => {
  const hold = releasing()
  let where: Awaited<ReturnType<typeof aDatabase>>

  before(async () => {
    where = await aDatabase()
  })

  const someSignals = async () => (await signalsOn(hold, where)).signals

  describe('within one server', () =>
    signalsContract(async () => {
      const signals = await someSignals()
      return { here: signals, there: signals }
    }))

  describe('between two servers', () =>
    signalsContract(async () => ({ here: await someSignals(), there: await someSignals() })))
})
