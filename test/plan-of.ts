import { expect } from 'chai'
import type { Pool } from 'pg'
import { askedOf } from './statements.ts'

/** A node of a plan, as `explain (analyze, buffers, format json)` tells of it. */
export interface PlanNode {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Join Filter'?: number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly PlanNode[]
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const literal = (value: unknown) =>
  value === null ? 'null' : `'${(value as string | number).toString().replaceAll("'", "''")}'`

/** The plan by which the one statement of the work is read, as it went, its top first. */
export const planOf = async (pool: Pool, work: () => Promise<unknown>): Promise<readonly PlanNode[]> => {
  const asked = await askedOf(pool, work)
  expect(asked).to.have.length(1)
  const [{ text, values = [] } = { text: '' }] = asked
  // Prepared, as the service's own statements are: planned for any values.
  const session = await pool.connect()
  try {
    await session.query(`prepare asked as ${text}`)
    const explained = await session.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
      `explain (analyze, buffers, format json) execute asked(${values.map(literal).join(', ')})`,
    )
    await session.query('deallocate asked')
    return nodesOf(explained.rows[0]?.['QUERY PLAN'][0]?.Plan as PlanNode)
  } finally {
    session.release()
  }
}

/** Pages of 8 KiB that were looked at. */
export const blocksOf = ([top]: readonly PlanNode[]): number =>
  (top?.['Shared Hit Blocks'] ?? 0) + (top?.['Shared Read Blocks'] ?? 0)
