import type { Health } from '../../application/ports/health.ts'

/** Memory is always there and has no schema. */
export const memoryHealth: Health = {
  database: async () => true,
  migrations: async () => true,
}
