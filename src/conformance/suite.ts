import type { Service } from './service.ts'

/** Begins a group of cases. mocha's and node:test's `describe` will do. */
export type Describe = (title: string, cases: () => void) => unknown

/** Adds one case. mocha's and node:test's `it` will do. */
export type It = (title: string, run: () => Promise<void>) => unknown

/** One chapter of the suite. Some cases are for a service alone that asks who it is that asks. */
export type Chapter = (service: Service, it: It, isGuarded: boolean) => void
