import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import type { Parts, ShardOfChats } from './parts.ts'
import { isConflict, isLockTimeout, isOutOfOrder, sqlState, wasUndone } from './sql-state.ts'

interface Machine {
  readonly address: string
  /** The number by which the others know it. */
  readonly group: number
  readonly pool: Pool
  /** Whether it may be asked; `away` and `missed` when it was not reached, the latter once that was said. */
  state: 'new' | 'trying' | 'reached' | 'away' | 'missed'
}

/** The machines over which chats are spread, each reached by itself, past the coordinator. */
export interface Machines {
  /** Connections to the machine where the chat is; undefined while there is no way there but the coordinator. */
  readonly poolFor: (id: ChatId) => Pool | undefined
  /**
   * Is told how a statement failed there, or at the coordinator: after what may be the machine's own end the coordinator is asked,
   * and after a conflict it is found out first where the chats are now. Readers wait for nobody but for a shard that is on its way.
   * Returns whether the machine is not asked from now on.
   */
  readonly failed: (pool: Pool | undefined, error: unknown, isReading: boolean) => Promise<boolean>
  readonly close: () => Promise<void>
}

interface MachineSettings {
  /** Opens connections to one; none, where the coordinator alone may be asked. */
  readonly open: ((host: string, port: number) => Pool) | undefined
  readonly log: (line: string) => void
  /** Milliseconds between looks at where the chats are, and at machines that were not reached. */
  readonly lookEvery?: number
}

interface Whereabouts extends ShardOfChats {
  /** Of a machine that knows where everything is, and asks on if it is asked for what is elsewhere. */
  readonly host: string | null
  readonly port: number
  readonly group: number
}

/** The coordinator itself has the group 0. */
const WHEREABOUTS = `
  select shardid::int as id, shardminvalue::int as least, nodename as host, nodeport as port, p.groupid as "group"
  from pg_dist_shard join pg_dist_placement p using (shardid)
  left join pg_dist_node n
    on n.groupid = p.groupid and n.groupid <> 0 and noderole = 'primary' and isactive and metadatasynced
  where logicalrelid = 'chats'::regclass order by least`

/** Whether who answers is the machine that is meant, and not a namesake of it, or one whose time is over. */
const IDENTITY = `
  select groupid as "group" from pg_dist_local_group
  where not pg_is_in_recovery() and exists (select from pg_dist_shard where shardid = any($1))`

/** Citus refuses a statement about several shards, as may be meant for one that was split. */
const isAboutSeveral = (error: unknown) => sqlState(error) === '0A000'

/**
 * A machine is asked from when it was reached for the first time until something fails there. Nothing rests on that: one that is
 * asked for a chat that has gone elsewhere asks on, and where there is none the coordinator is asked. So it does not matter how
 * late we learn where the chats are.
 */
export const openMachines = (
  coordinator: Pool,
  parts: Parts,
  { open, log, lookEvery = 5000 }: MachineSettings,
): Machines => {
  const machines = new Map<string, Machine>()
  let byShard: ReadonlyMap<number, Machine> = new Map()
  let isClosed = false

  const machineAt = (host: string, port: number, group: number, connect: NonNullable<typeof open>): Machine => {
    const address = `${host}:${port}`
    const key = `${address} ${group}`
    const machine = machines.get(key) ?? { address, group, pool: connect(host, port), state: 'new' }
    machines.set(key, machine)
    return machine
  }

  /** Never rejects. */
  const reach = async (machine: Machine): Promise<void> => {
    const { address, group, pool, state } = machine
    if (state === 'reached' || state === 'trying') return
    machine.state = 'trying'
    try {
      const { rows } = await pool.query<{ group: number }>(IDENTITY, [[...byShard.keys()]])
      if (rows[0]?.group !== group) throw new Error('who answers there is another')
      machine.state = 'reached'
      log(`chats at ${address} are written and read there`)
    } catch (error) {
      if (state !== 'missed' && !isClosed)
        log(`chats at ${address} are reached through the coordinator alone: ${String(error)}`)
      machine.state = 'missed'
    }
  }

  const look = async (): Promise<void> => {
    const { rows } = await coordinator.query<Whereabouts>(WHEREABOUTS)
    if (isClosed) return
    parts.learn(rows)
    if (!open) return
    byShard = new Map(
      rows.flatMap(({ id, host, port, group }) => (host === null ? [] : [[id, machineAt(host, port, group, open)]])),
    )
    const named = new Set(byShard.values())
    for (const [key, machine] of machines)
      // Who waits for one of its connections would never hear of it again.
      if (!named.has(machine) && machine.pool.waitingCount === 0) {
        machines.delete(key)
        void machine.pool.end()
      }
    for (const machine of named) void reach(machine)
  }

  let timer: NodeJS.Timeout | undefined
  let underWay: Promise<void> | undefined
  const lookAndGoOn = async (): Promise<void> => {
    clearTimeout(timer)
    // Where nobody answers now, the next look is soon enough.
    await look().catch(() => {})
    underWay = undefined
    if (!isClosed) timer = setTimeout(() => void keepLooking(), lookEvery).unref()
  }
  const keepLooking = (): Promise<void> => (underWay ??= lookAndGoOn())
  void keepLooking()

  return {
    poolFor: (id) => {
      const machine = byShard.get(parts.shardOf(id))
      return machine?.state === 'reached' ? machine.pool : undefined
    },
    failed: async (pool, error, isReading) => {
      if (isConflict(error) || isAboutSeveral(error)) await keepLooking()
      if (wasUndone(error) && !isOutOfOrder(error) && !(isReading && isLockTimeout(error))) return false
      for (const machine of byShard.values()) if (machine.pool === pool) machine.state = 'away'
      return true
    },
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await Promise.all(Array.from(machines.values(), ({ pool }) => pool.end()))
    },
  }
}
