/** The contract as a test suite, for whoever implements it. */
export { conformance, type ConformanceOptions } from './conformance.ts'
export { type CaseResult, runConformance } from './run-conformance.ts'
export type { Describe, It } from './suite.ts'
