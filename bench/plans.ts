import type { Client, Pool } from 'pg'
import { servingSettings } from '../src/infrastructure/postgres/sessions/settings.ts'
import { median } from './measurement.ts'
import type { Row } from './table.ts'

/** How often a statement is executed to know its time. */
export const REPEATS = 15

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The statement that the product itself would send for a reading, caught on its way. */
export const statementOf = async (read: (pool: Pool) => Promise<unknown>): Promise<Statement> => {
  let caught: Statement | undefined
  const query = async (statement: Statement) => {
    caught = statement
    return { rows: [] }
  }
  await read({ query, on: () => {} } as unknown as Pool)
  if (!caught) throw new Error('the product read a page without asking the database')
  return caught
}

export interface Explained {
  readonly milliseconds: number
  readonly plan: string
}

/** Several times, so that all pages are in memory; the time is the median, the plan the last one's. */
export const explain = async (client: Client, { text, values }: Statement): Promise<Explained> => {
  const times: number[] = []
  let plan = ''
  for (let i = 0; i < REPEATS; i++) {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, [...values])
    plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    times.push(Number(/Execution Time: ([\d.]+)/.exec(plan)?.[1]))
  }
  return { milliseconds: median(times), plan }
}

/** The same by the plan that a session of the product has of the prepared statement: one for any values, made once. */
export const explainPrepared = async (client: Client, { text, values }: Statement): Promise<Explained> => {
  const literals = values.map((value) =>
    client.escapeLiteral(value instanceof Date ? value.toISOString() : String(value)),
  )
  for (const [name, value] of Object.entries(servingSettings({})))
    await client.query('select set_config($1, $2, false)', [name, value])
  await client.query(`prepare explained as ${text}`)
  try {
    return await explain(client, { text: `execute explained (${literals.join(', ')})`, values: [] })
  } finally {
    await client.query('deallocate explained')
  }
}

/** A line of the report that says whether all of the plans are what they should be. */
export const judged = (figure: string, plans: readonly Explained[], isIndexRange: (plan: string) => boolean): Row => ({
  figure,
  ours: '',
  yardstick: '',
  ratio: '',
  goal: 'yes',
  met: plans.every(({ plan }) => isIndexRange(plan)) ? 'yes' : 'no',
})

export const shown = (title: string, { milliseconds, plan }: Explained, isIndexRange: (plan: string) => boolean) =>
  `### ${title}: ${milliseconds} ms, ${isIndexRange(plan) ? 'a range of the index' : 'NOT a range of the index'}\n\n\`\`\`text\n${plan}\n\`\`\``
