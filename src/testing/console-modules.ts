import type * as served from '../interfaces/http/service/console-modules.ts'

/**
 * Stands in for `service/console-modules.ts` in the published package (see test/package/build.ts): a messenger in a test has no
 * console, for it runs on Node 20, which cannot take the types out of its files.
 */
export const consoleModules: typeof served.consoleModules = async () => new Map()

export const consoleStyle: typeof served.consoleStyle = async () => ''
