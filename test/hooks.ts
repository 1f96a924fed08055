import { stopCluster } from './postgres.ts'

export const mochaGlobalTeardown = stopCluster
