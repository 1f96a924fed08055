import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { GROUPED, type Load } from '../../../application/ports/load.ts'

/** Upper bounds: a group holds 128 at the most. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128]

/** Read of the storage when somebody asks; only the sizes of groups are told as they come, once a statement. */
export const loadMetrics = (registry: Registry, { connections, changesPending, failures, onGroup }: Load): void => {
  const registers = [registry]
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  gauge('database_connections_used', 'Connections to the database that are in use.', () => connections().used)
  gauge('database_connections_idle', 'Connections to the database that are free.', () => connections().idle)
  gauge(
    'database_connections_limit',
    'How many there may be, DATABASE_POOL_SIZE of each process.',
    () => connections().limit,
  )
  gauge(
    'database_connection_waiters',
    'Statements and transactions that wait for a connection.',
    () => connections().waitedFor,
  )
  gauge('database_changes_pending', 'Changes that were asked for and have no answer yet.', changesPending)

  new Counter({
    name: 'database_failures_total',
    help: 'Statements that failed, by the class of their SQLSTATE; none: no answer. Those that are tried again count, too.',
    labelNames: ['sqlstate_class'],
    registers,
    collect() {
      this.reset()
      this.inc({ sqlstate_class: 'none' }, 0)
      for (const [of, count] of failures()) this.inc({ sqlstate_class: of }, count)
    },
  })

  const sizes = new Histogram({
    name: 'database_group_size',
    help: 'How many changes, new chats or reads went together in one statement.',
    labelNames: ['of'],
    buckets: SIZES,
    registers,
  })
  const observers = Object.fromEntries(GROUPED.map((of) => [of, sizes.labels({ of })]))
  for (const of of GROUPED) sizes.zero({ of })
  onGroup((what, size) => observers[what]?.observe(size))
}
