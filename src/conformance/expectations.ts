import { AssertionError } from 'node:assert'
import { inspect, isDeepStrictEqual } from 'node:util'

const shown = (value: unknown) => inspect(value, { depth: 5, breakLength: Infinity, maxStringLength: 200 })

const fail = (message: string, actual: unknown, expected: unknown): never => {
  throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual', stackStartFn: fail })
}

/** Fails in a sentence unless the two are the same. */
export const expectSame = (what: string, actual: unknown, expected: unknown): void => {
  if (!isDeepStrictEqual(actual, expected))
    fail(`${what}: expected ${shown(expected)}, got ${shown(actual)}`, actual, expected)
}

/** Fails in a sentence unless the text matches. */
export const expectMatch = (what: string, actual: string | null | undefined, pattern: RegExp): void => {
  if (!pattern.test(actual ?? '')) fail(`${what}: expected ${String(pattern)}, got ${shown(actual)}`, actual, pattern)
}

/** Fails in a sentence unless it is so. */
export const expectThat = (what: string, isSo: boolean): void => {
  if (!isSo) fail(what, false, true)
}
