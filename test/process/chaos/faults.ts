import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresOn, signalTo } from '../server-process.ts'
import type { Dice } from './dice.ts'
import type { Installation, Unit } from './installation.ts'
import type { Proxy, Stall } from './proxy.ts'

/** Something bad: what is done, and what undoes it. A kill counts as often as its weight says in the draw. */
export interface Fault {
  readonly kind: string
  /** Nothing is done to two at once. */
  readonly victim: 'network' | 'PgBouncer' | 'PostgreSQL' | 'sessions' | Unit
  readonly isKill: boolean
  readonly weight: number
  readonly begin: () => Promise<void>
  readonly end: () => Promise<void>
}

const nothing = async () => {}

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

const killsOf = (installation: Installation, unit: Unit, dice: Dice): readonly Fault[] => {
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
    kill('a backend of PostgreSQL', 'PostgreSQL', 2, ofPostgres('backend'), nothing),
  ]
}

const SESSIONS = {
  'all sessions': 'true',
  listeners: `query ilike 'listen %'`,
  'a session': `pid = (select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1)`,
}

const networkFaults = (proxies: Readonly<Record<string, Proxy>>, dice: Dice): readonly Fault[] => {
  const [name = '', proxy] = dice.pick(Object.entries(proxies))
  if (!proxy) return []
  const what = dice.pick<Stall>(['requests', 'answers', 'both'])
  const fault = (kind: string, weight: number, begin: () => void, end: () => void = () => {}): Fault => ({
    kind: `${kind} ${name}`,
    victim: 'network',
    isKill: false,
    weight,
    begin: async () => begin(),
    end: async () => end(),
  })
  return [
    fault(
      `stall of ${what}`,
      5,
      () => proxy.stall(what),
      () => proxy.stall(undefined),
    ),
    // What was held up until then is lost.
    fault(
      `stall of ${what} and cut`,
      3,
      () => proxy.stall(what),
      () => {
        proxy.reset()
        proxy.stall(undefined)
      },
    ),
    fault('cut', 2, proxy.cut),
    fault('reset', 3, proxy.reset),
  ]
}

const othersOf = (installation: Installation, unit: Unit, dice: Dice): readonly Fault[] => {
  const { postgres, direct, pooled } = installation
  const which = dice.pick(Object.keys(SESSIONS) as (keyof typeof SESSIONS)[])
  const terminate = () =>
    postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and ${SESSIONS[which]}`,
    )
  return [
    ...networkFaults(
      {
        'between clients and a server': unit.front,
        'between a server and PgBouncer': unit.back,
        'past PgBouncer': direct,
        'between PgBouncer and PostgreSQL': pooled,
      },
      dice,
    ),
    {
      kind: `pg_terminate_backend of ${which}`,
      victim: 'sessions',
      isKill: false,
      weight: 4,
      // PostgreSQL may go down meanwhile.
      begin: () => terminate().then(nothing, nothing),
      end: nothing,
    },
    { kind: 'SIGTERM to a server', victim: unit, isKill: false, weight: 4, begin: unit.stop, end: unit.start },
    {
      kind: 'restart of PostgreSQL',
      victim: 'PostgreSQL',
      isKill: false,
      weight: 1,
      begin: nothing,
      end: postgres.startAgain,
    },
  ]
}

const draw = (faults: readonly Fault[], dice: Dice): Fault => {
  let left = dice.roll() * faults.reduce((sum, { weight }) => sum + weight, 0)
  return faults.find(({ weight }) => (left -= weight) < 0) ?? dice.pick(faults)
}

/** A kill, and in most rounds something else about the same time. */
export const drawn = (installation: Installation, dice: Dice): readonly Fault[] => {
  const [one, other] = dice.roll() < 0.5 ? installation.units : installation.units.toReversed()
  if (!one || !other) throw new Error('there are two servers')
  const kill = draw(killsOf(installation, one, dice), dice)
  const another = () => {
    const candidates = dice.roll() < 0.3 ? killsOf(installation, other, dice) : othersOf(installation, other, dice)
    return draw(
      candidates.filter(({ victim }) => victim !== kill.victim),
      dice,
    )
  }
  const second = dice.roll() < 0.75 ? [another()] : []
  return dice.roll() < 0.5 ? [kill, ...second] : [...second, kill]
}

/** Faults begin one after another, last a while together, and end all at once. */
export const commit = async (faults: readonly Fault[], dice: Dice): Promise<void> => {
  const lengths = faults.map(() => dice.between(0, 1500))
  const last = dice.between(100, 2500)
  for (const [index, { begin }] of faults.entries()) {
    await begin()
    await sleep(index === faults.length - 1 ? last : lengths[index])
  }
  await Promise.all(faults.map(({ end }) => end()))
}
