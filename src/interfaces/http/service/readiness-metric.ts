import { Gauge, type Registry } from 'prom-client'
import type { CheckReadiness } from '../../../application/probes/check-readiness.ts'
import type { IsDraining } from './probes.ts'

/** Milliseconds for which the figures wait for it: what takes longer is not ready, and whoever collects them is not kept. */
const PATIENCE_MS = 500

const inTime = async (answer: Promise<boolean>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** As `/readyz` says, asked each time that figures are: of several processes, whether all are ready. */
export const readinessMetric = (registry: Registry, checkReadiness: CheckReadiness, isDraining: IsDraining): void => {
  const isReady = async () => {
    const { database, migrations } = await checkReadiness()
    return database && migrations
  }
  new Gauge({
    name: 'service_ready',
    help: 'Whether the service can do its work, as /readyz says: 1 or 0.',
    aggregator: 'min',
    registers: [registry],
    async collect() {
      this.set(!isDraining() && (await inTime(isReady())) ? 1 : 0)
    },
  })
}
