import { dirname } from 'node:path'
import { postgresOn, signalTo } from '../server-process.ts'
import type { Dice } from './dice.ts'
import type { Fault } from './fault.ts'
import type { Installation, Unit } from './installation.ts'

/** What PostgreSQL loses: its first process alone, whose backends notice; all of them at a blow; or one of its backends. */
const killPostgres = async ({ postgres }: Installation, how: 'postmaster' | 'all' | 'backend', dice: Dice) => {
  const [postmaster = 0, ...backends] = postgresOn(dirname(postgres.dataDir))
  const victims = {
    postmaster: [postmaster],
    all: [postmaster, ...backends],
    backend: backends.length > 0 ? [dice.pick(backends)] : [],
  }
  for (const pid of victims[how]) if (pid > 0) signalTo(pid, 'SIGKILL')
}

/** Whatever can be killed, one of the servers among it. */
export const killsOf = (installation: Installation, unit: Unit, dice: Dice): readonly Fault[] => {
  const { postgres, killPooler, startPooler } = installation
  const kill = (
    kind: string,
    victim: Fault['victim'],
    weight: number,
    begin: Fault['begin'],
    end: Fault['end'],
  ): Fault => ({
    kind: `kill -9 of ${kind}`,
    victim,
    isKill: true,
    weight,
    begin,
    end,
  })
  const ofPostgres = (how: Parameters<typeof killPostgres>[1]) => () => killPostgres(installation, how, dice)
  return [
    kill('a server', unit, 10, unit.kill, unit.start),
    ...(killPooler ? [kill('PgBouncer', 'PgBouncer', 4, killPooler, startPooler)] : []),
    kill('the postmaster', 'PostgreSQL', 2, ofPostgres('postmaster'), postgres.startAgain),
    kill('all of PostgreSQL', 'PostgreSQL', 2, ofPostgres('all'), postgres.startAgain),
    // The postmaster ends the others and recovers by itself.
    kill('a backend of PostgreSQL', 'PostgreSQL', 2, ofPostgres('backend'), async () => {}),
  ]
}
