import { table } from '../../src/infrastructure/postgres/database/parameters.ts'
import type * as marking from '../../src/infrastructure/postgres/writes/marking-senders.ts'

type Marking = typeof marking

/* What stands in the statements of sends for the markers of members, were there none: nothing. */

export const sendersWhere: Marking['sendersWhere'] = () => table({} as never)
export const markingSenders: Marking['markingSenders'] = () => ''
export const markingSender: Marking['markingSender'] = () => ''
