import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { Registry } from 'prom-client'
import type { CheckReadiness } from '../../../application/probes/check-readiness.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { json } from '../endpoint/reply.ts'

const Nothing = t.type({})

const word = (well: boolean) => (well ? 'ok' : 'failing')

/** Whether the service stopped taking new work. */
export type IsDraining = () => boolean

/** What `/metrics` shows: the figures of this process, or of all that serve together. */
export type Exposition = Pick<Registry, 'contentType' | 'metrics'>

export const probeEndpoints = (
  contract: Contract,
  checkReadiness: CheckReadiness,
  exposition: Exposition,
  isDraining: IsDraining,
) => ({
  getLiveness: endpoint(contract.operation('getLiveness'), Nothing, () =>
    TE.right(json(200, { status: 'ok' }, { 'Cache-Control': 'no-store' })),
  ),

  getReadiness: endpoint(contract.operation('getReadiness'), Nothing, () => async () => {
    const { database, migrations } = await checkReadiness()
    const draining = isDraining()
    const checks = { database: word(database), migrations: word(migrations), draining: word(!draining) } as const
    return database && migrations && !draining
      ? E.right(json(200, { status: 'ok', checks }, { 'Cache-Control': 'no-store' }))
      : E.left({ kind: 'NotReady', checks })
  }),

  getMetrics: endpoint(
    contract.operation('getMetrics'),
    Nothing,
    () => async () =>
      E.right({
        status: 200,
        headers: { 'Cache-Control': 'no-store' },
        type: exposition.contentType,
        body: await exposition.metrics(),
      }),
  ),
})
