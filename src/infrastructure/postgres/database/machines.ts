import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import type { Parts, ShardOfChats } from './parts.ts'
import { isConflict, isOutOfOrder, wasUndone } from './sql-state.ts'

interface Machine {
  readonly address: string
  readonly pool: Pool
  isReached: boolean
  /** Whether it was said that it is not reached. */
  isMissed: boolean
}

/** The machines over which chats are spread, each reached by itself, past the coordinator. */
export interface Machines {
  /** Connections to the machine where the chat is; undefined while there is no way there but the coordinator. */
  readonly poolFor: (id: ChatId) => Pool | undefined
  /**
   * Is told how a statement failed there, or at the coordinator: after what may be the machine's own end, the coordinator is asked,
   * and after a conflict where the chats are now.
   */
  readonly failed: (pool: Pool | undefined, error: unknown) => void
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
}

/** The coordinator itself has the group 0. */
const WHEREABOUTS = `
  select shardid::int as id, shardminvalue::int as least, nodename as host, nodeport as port
  from pg_dist_shard join pg_dist_placement p using (shardid)
  left join pg_dist_node n
    on n.groupid = p.groupid and n.groupid <> 0 and noderole = 'primary' and isactive and metadatasynced
  where logicalrelid = 'chats'::regclass order by least`

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

  const machineAt = (host: string, port: number, connect: NonNullable<typeof open>): Machine => {
    const address = `${host}:${port}`
    const machine = machines.get(address) ?? { address, pool: connect(host, port), isReached: false, isMissed: false }
    machines.set(address, machine)
    return machine
  }

  const reach = async (machine: Machine): Promise<void> => {
    const { address, pool } = machine
    try {
      await pool.query('select')
      machine.isReached = true
      machine.isMissed = false
      log(`chats at ${address} are written and read there`)
    } catch (error) {
      if (!machine.isMissed) log(`chats at ${address} are reached through the coordinator alone: ${String(error)}`)
      machine.isMissed = true
    }
  }

  const look = async (): Promise<void> => {
    const { rows } = await coordinator.query<Whereabouts>(WHEREABOUTS)
    if (isClosed) return
    parts.learn(rows)
    if (!open) return
    byShard = new Map(rows.flatMap(({ id, host, port }) => (host === null ? [] : [[id, machineAt(host, port, open)]])))
    const named = new Set(byShard.values())
    for (const machine of machines.values())
      // Who waits for one of its connections would never hear of it again.
      if (!named.has(machine) && machine.pool.waitingCount === 0) {
        machines.delete(machine.address)
        void machine.pool.end()
      }
    await Promise.all([...named].filter(({ isReached }) => !isReached).map(reach))
  }

  let timer: NodeJS.Timeout | undefined
  let isLooking = false
  const keepLooking = async (): Promise<void> => {
    if (isLooking || isClosed) return
    isLooking = true
    clearTimeout(timer)
    // Where nobody answers now, the next look is soon enough.
    await look().catch(() => {})
    isLooking = false
    timer = setTimeout(() => void keepLooking(), lookEvery).unref()
  }
  void keepLooking()

  return {
    poolFor: (id) => {
      const machine = byShard.get(parts.shardOf(id))
      return machine?.isReached ? machine.pool : undefined
    },
    failed: (pool, error) => {
      if (isConflict(error)) void keepLooking()
      if (wasUndone(error) && !isOutOfOrder(error)) return
      for (const machine of byShard.values()) if (machine.pool === pool) machine.isReached = false
    },
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await Promise.all(Array.from(machines.values(), ({ pool }) => pool.end()))
    },
  }
}
