import type { Dice } from './dice.ts'
import type { Fault } from './fault.ts'
import type { Installation, Unit } from './installation.ts'
import type { Proxy, Stall } from './proxy.ts'

const nothing = async () => {}

const SESSIONS = {
  'all sessions': 'true',
  listeners: `query ilike 'listen %'`,
  'a session': `pid = (select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1)`,
}

const networkFaults = (proxies: Readonly<Record<string, Proxy>>, dice: Dice): readonly Fault[] => {
  const [name, proxy] = dice.pick(Object.entries(proxies))
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

/** Whatever goes wrong without a kill. */
export const disturbancesOf = (installation: Installation, unit: Unit, dice: Dice): readonly Fault[] => {
  const { units, postgres, direct, pooled } = installation
  const { front, back } = dice.pick(units)
  const which = dice.pick(Object.keys(SESSIONS) as (keyof typeof SESSIONS)[])
  const terminate = () =>
    postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and ${SESSIONS[which]}`,
    )
  return [
    ...networkFaults(
      {
        'between clients and a server': front,
        'between a server and PgBouncer': back,
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
