import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/*
 * Holds the service to the cluster that CITUS_URL names: the suites of the ports and of the contract, how a database is spread, a
 * worker that is killed under load, and then the figures. `npm run test:citus -- --quick` shows that the last part works.
 */

if (process.env['CITUS_URL'] === undefined) {
  console.warn('Skipped: CITUS_URL names no cluster. It is the database, to be emptied, at the coordinator of one.')
  process.exit(0)
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const suites = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.cluster.ts'))
  .map((file) => relative(root, join(import.meta.dirname, file)))

const passed = (...args: readonly string[]): boolean =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0

const kept = passed('node_modules/mocha/bin/mocha.js', ...suites)
const fast = passed('bench/cluster/run.ts', ...process.argv.slice(2))
process.exitCode = kept && fast ? 0 : 1
