/** Settings of a PostgreSQL session, by name in lower case. */
export type Settings = Readonly<Record<string, string>>

/**
 * On locks the server gives up soonest: before PostgreSQL looks for deadlocks (after a second), so that two servers whose
 * groups of changes meet crosswise part.
 */
const LOCK_TIMEOUT_MS = 250

/** The server gives up on a statement or an idle transaction before its client loses patience. */
const STATEMENT_TIMEOUT_MS = 2000
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5000

const MIGRATION_LOCK_TIMEOUT_MS = 2000

/** What stands where the URL says nothing else. */
const DEFAULTS: Settings = { search_path: '"$user",public' }

/** Whatever the database, the role or the URL say: how we write values and read them rests on these. */
const VALUES: Settings = {
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
}

const BEHAVIOUR: Settings = {
  default_transaction_isolation: 'read committed',
  // Our statements are few and each has one good plan, by an index, whatever its values and however few rows there are
  // yet: planning again would cost more, and a plan made for a small table would be kept too long.
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
}

/**
 * Where tables are spread over machines by Citus: to which of them a statement goes stands in its values, so it has no generic
 * plan. One connection of a session to each machine does: what looks everywhere asks it of one shard after another.
 */
const SPREAD: Settings = {
  plan_cache_mode: 'auto',
  'citus.max_adaptive_executor_pool_size': '1',
}

/** Of every session that serves requests, given what its URL asks for. */
export const servingSettings = (asked: Settings, isSpread = false): Settings => ({
  ...DEFAULTS,
  ...asked,
  ...VALUES,
  ...BEHAVIOUR,
  ...(isSpread && SPREAD),
})

/**
 * Of a session that migrates: a statement may take as long as it takes. It waits for locks for a moment alone, because
 * whoever comes later waits behind it, and then tries again.
 */
export const migratingSettings = (asked: Settings): Settings => ({
  ...DEFAULTS,
  ...asked,
  ...VALUES,
  default_transaction_isolation: 'read committed',
  statement_timeout: '0',
  lock_timeout: String(MIGRATION_LOCK_TIMEOUT_MS),
  idle_in_transaction_session_timeout: '0',
})

/** As the `options` of a connection's startup message; later than those of the database and the role, so they win. */
export const asOptions = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\\s]/g, '\\$&')}`)
    .join(' ')

const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`

/** As a statement that makes them until the transaction ends. */
export const asSelect = (settings: Settings): string =>
  `select ${Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', ${quoted(value)}, true)`)
    .join(', ')}`

/** As statements that do the same after `begin`. */
export const asLocal = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `; set local ${name} = ${name === 'search_path' ? value : quoted(value)}`)
    .join('')

const OPTION = /(?:^|\s)(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\\\s])*)/g

/** The settings that such `options` make. */
export const ofOptions = (options: string): Settings =>
  Object.fromEntries(
    Array.from(options.matchAll(OPTION), ([, name = '', value = '']) => [
      name.toLowerCase().replaceAll('-', '_'),
      value.replaceAll(/\\(.)/g, '$1'),
    ]),
  )
