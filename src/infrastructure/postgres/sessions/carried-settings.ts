import type { Submittable } from 'pg'

/** A statement as `statement.ts` hands it to the driver. */
export interface StatementQuery {
  readonly name: string
  readonly text: string
  readonly values: readonly (string | number | null | undefined)[]
  readonly types: { readonly getTypeParser: (oid: number) => (text: string) => unknown }
  readonly query_timeout?: number | undefined
}

type Done = (error: Error | null, result?: { readonly rows: readonly unknown[] }) => void

/** What of the driver's connection is used: its messages are the protocol's. */
interface Wire {
  readonly stream: { readonly cork: () => void; readonly uncork: () => void }
  readonly parse: (message: { readonly text: string }) => void
  readonly bind: (message: { readonly values: readonly (string | null)[] }) => void
  readonly describe: (message: { readonly type: 'P' }) => void
  readonly execute: (message: object) => void
  readonly sync: () => void
}

const written = (value: string | number | null | undefined) => (value == null ? null : String(value))

/**
 * Runs the statement after `settings`, a statement that makes them for one transaction: nothing synchronises between the
 * two, so they are one transaction, and they go in one round trip. Neither has a name.
 */
export const carrying = (settings: string, statement: StatementQuery, callback: Done): Submittable => {
  const rows: unknown[] = []
  let parsers: ((text: string) => unknown)[] = []
  let isSettled = false
  const query = {
    // The driver puts its own in front, for its time limit.
    callback,
    query_timeout: statement.query_timeout,
    submit: (connection: unknown) => {
      const wire = connection as Wire
      wire.stream.cork()
      wire.parse({ text: settings })
      wire.bind({ values: [] })
      wire.execute({})
      wire.parse({ text: statement.text })
      wire.bind({ values: statement.values.map(written) })
      wire.describe({ type: 'P' })
      wire.execute({})
      wire.sync()
      wire.stream.uncork()
    },
    handleRowDescription: ({ fields }: { readonly fields: readonly { readonly dataTypeID: number }[] }) => {
      parsers = fields.map(({ dataTypeID }) => statement.types.getTypeParser(dataTypeID))
    },
    handleDataRow: ({ fields }: { readonly fields: readonly (string | null)[] }) => {
      if (isSettled) rows.push(fields.map((text, index) => (text === null ? null : parsers[index]?.(text))))
    },
    handleCommandComplete: () => {
      isSettled = true
    },
    handleReadyForQuery: () => query.callback(null, { rows }),
    handleError: (error: Error) => query.callback(error),
    handleEmptyQuery: () => {},
    handlePortalSuspended: () => {},
  }
  return query
}
