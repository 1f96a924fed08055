import type { ClientBase, Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import type { Machines } from './machines.ts'

const machinesOf = new WeakMap<object, Machines>()

/** From now on what is asked of the pool about a chat goes to the machine where the chat is. */
export const goToMachines = (coordinator: Pool, machines: Machines): void => void machinesOf.set(coordinator, machines)

/** Where what is asked about the chat is to be done; in a transaction, where that is. */
export const nearest = <Session extends Pool | ClientBase>(session: Session, id: ChatId): Session | Pool =>
  machinesOf.get(session)?.poolFor(id) ?? session

export const failedAt = (session: Pool | ClientBase, pool: Pool, error: unknown): void =>
  machinesOf.get(session)?.failed(pool, error)
