import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import type { Parts } from './parts.ts'
import { isOutOfOrder, wasUndone } from './sql-state.ts'

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
  /** Is told how a statement failed there: after what may be the machine's own end the coordinator is asked. */
  readonly failed: (pool: Pool, error: unknown) => void
  readonly close: () => Promise<void>
}

/** Milliseconds between looks at where the chats are, and at machines that were not reached. */
const LOOK_MS = 5000

/** Machines that know themselves where everything is, and so answer for each other: one that was asked after a shard went asks on. */
const WHEREABOUTS = `
  select shardminvalue::int as least, nodename as host, nodeport as port
  from pg_dist_shard join pg_dist_placement using (shardid) join pg_dist_node using (groupid)
  where logicalrelid = 'chats'::regclass and groupid <> 0 and noderole = 'primary' and isactive and metadatasynced`

interface Whereabouts {
  readonly least: number
  readonly host: string
  readonly port: number
}

/**
 * A machine is asked from when it was first reached, and whatever becomes of it, nothing rests on that: who asks the wrong one
 * is answered as well, and who finds none asks the coordinator. So where the chats are may be learned late.
 */
export const openMachines = (
  coordinator: Pool,
  parts: Parts,
  open: (host: string, port: number) => Pool,
  log: (line: string) => void,
): Machines => {
  const machines = new Map<string, Machine>()
  let byPart: readonly (Machine | undefined)[] = []
  let isClosed = false

  const machineAt = ({ host, port }: Whereabouts): Machine => {
    const address = `${host}:${port}`
    const known = machines.get(address) ?? { address, pool: open(host, port), isReached: false, isMissed: false }
    machines.set(address, known)
    return known
  }

  const reach = async (machine: Machine): Promise<void> => {
    try {
      await machine.pool.query('select')
      machine.isReached = true
      log(`chats at ${machine.address} are written and read there`)
    } catch (error) {
      if (!machine.isMissed) log(`chats at ${machine.address} are reached through the coordinator: ${String(error)}`)
      machine.isMissed = true
    }
  }

  const look = async (): Promise<void> => {
    const { rows } = await coordinator.query<Whereabouts>(WHEREABOUTS)
    if (isClosed) return
    const byLeast = new Map(rows.map((row) => [row.least, machineAt(row)]))
    byPart = parts.leastHashes.map((least) => byLeast.get(least))
    const named = new Set(byLeast.values())
    for (const machine of machines.values())
      if (!named.has(machine)) {
        machines.delete(machine.address)
        void machine.pool.end()
      }
    await Promise.all([...named].filter(({ isReached }) => !isReached).map(reach))
  }

  let timer: NodeJS.Timeout | undefined
  const looking = async (): Promise<void> => {
    // Where nobody answers now, the next look is soon enough.
    await look().catch(() => {})
    if (!isClosed) timer = setTimeout(() => void looking(), LOOK_MS).unref()
  }
  void looking()

  return {
    poolFor: (id) => {
      const machine = byPart[parts.of(id)]
      return machine?.isReached ? machine.pool : undefined
    },
    failed: (pool, error) => {
      if (wasUndone(error) && !isOutOfOrder(error)) return
      for (const machine of machines.values())
        if (machine.pool === pool && machine.isReached) {
          machine.isReached = false
          machine.isMissed = false
        }
    },
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await Promise.all(Array.from(machines.values(), ({ pool }) => pool.end()))
    },
  }
}
