import { setTimeout as sleep } from 'node:timers/promises'
import { aDurablePostgres, type DurablePostgres } from '../../durable-postgres.ts'
import { aPooler, pgbouncer, type Pooler } from '../../pgbouncer.ts'
import { aDataFolder, type ServerProcess, start } from '../server-process.ts'
import { aProxy, type Proxy } from './proxy.ts'

/** One of the servers, behind a port that stays while processes come and go. */
export interface Unit {
  readonly url: string
  /** Between clients and the server. */
  readonly front: Proxy
  /** Between the server and PgBouncer. */
  readonly back: Proxy
  readonly kill: () => Promise<void>
  /** SIGTERM; resolves when it has ended. */
  readonly stop: () => Promise<void>
  /** A new process, tried until it listens. */
  readonly start: () => Promise<void>
}

export interface Installation {
  readonly units: readonly Unit[]
  readonly postgres: DurablePostgres
  /** Between the servers and PostgreSQL, past PgBouncer. */
  readonly direct: Proxy
  /** Between PgBouncer and PostgreSQL. */
  readonly pooled: Proxy
  /** Ends PgBouncer with SIGKILL; undefined where PgBouncer cannot be had. */
  readonly killPooler: (() => Promise<void>) | undefined
  readonly startPooler: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A process ended by no fault of ours, or did not end as it should. */
type Report = (incident: string) => void

const aUnit = async (environment: (back: Proxy) => Record<string, string>, back: Proxy, report: Report) => {
  let [running, port] = [undefined as ServerProcess | undefined, undefined as number | undefined]
  const asked = new Set<ServerProcess>()
  const front = await aProxy(() => (port === undefined ? undefined : { host: '127.0.0.1', port }))

  const ended = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const ending = running
    ;[running, port] = [undefined, signal === 'SIGKILL' ? undefined : port]
    if (!ending) return
    asked.add(ending)
    ending.kill(signal)
    const how = await ending.exit
    port = undefined
    if (signal === 'SIGTERM' && how.code !== 0) report(`a server that was stopped ended with ${JSON.stringify(how)}`)
  }
  const attempt = async () => {
    const server = start(environment(back))
    const listened = await server.listening().catch(() => undefined)
    // Without PostgreSQL no server starts.
    if (!listened) return false
    ;[running, port] = [server, Number(new URL(listened.url).port)]
    void server.exit.then((how) => {
      if (!asked.has(server)) report(`a server ended by itself: ${JSON.stringify(how)}`)
    })
    return true
  }
  return {
    url: `http://127.0.0.1:${front.port}`,
    front,
    back,
    kill: () => ended('SIGKILL'),
    stop: () => ended('SIGTERM'),
    start: async () => {
      while (!(await attempt())) await sleep(100)
    },
  }
}

const localUrl = ({ port }: Proxy, { user, database }: DurablePostgres) =>
  `postgresql://${user}@127.0.0.1:${port}/${database}`

/** Two servers behind PgBouncer in transaction mode on one PostgreSQL, and proxies on every way. All is up. */
export const anInstallation = async (report: Report): Promise<Installation> => {
  const postgres = await aDurablePostgres(`${aDataFolder()}/postgres`)
  const ofPostgres = () => {
    const address = postgres.address()
    return address && { path: `${address.host}/.s.PGSQL.${address.port}` }
  }
  const [direct, pooled] = [await aProxy(ofPostgres), await aProxy(ofPostgres)]
  const { user, database } = postgres
  const behind = { host: '127.0.0.1', port: pooled.port, user, database }
  const hasPooler = (await pgbouncer()) !== undefined
  let pooler: Pooler | undefined

  const startPooler = async () => {
    if (hasPooler) pooler ??= await aPooler(behind, { default_pool_size: 10, server_login_retry: 1 })
  }
  const stopPooler = async () => {
    const stopping = pooler
    pooler = undefined
    await stopping?.stop()
  }
  const ofPooler = () => (pooler ? { path: `${pooler.host}/.s.PGSQL.${pooler.port}` } : undefined)

  const environment = (back: Proxy): Record<string, string> => ({
    DATABASE_URL: localUrl(back, postgres),
    ...(hasPooler ? { DATABASE_POOLER: 'transaction', DATABASE_DIRECT_URL: localUrl(direct, postgres) } : {}),
  })
  await startPooler()
  const units: Unit[] = []
  for (let count = 0; count < 2; count++) {
    const unit = await aUnit(environment, await aProxy(hasPooler ? ofPooler : ofPostgres), report)
    units.push(unit)
    await unit.start()
  }

  return {
    units,
    postgres,
    direct,
    pooled,
    killPooler: hasPooler ? stopPooler : undefined,
    startPooler,
    close: async () => {
      await Promise.all(units.map((unit) => unit.stop()))
      await stopPooler()
      await Promise.all([direct, pooled, ...units.flatMap(({ front, back }) => [front, back])].map((p) => p.close()))
      await postgres.stop()
    },
  }
}
