#!/usr/bin/env node
import { inspect } from 'node:util'
import { runConformance } from './run-conformance.ts'

/**
 * Holds the service at a URL against the contract, and ends with 1 when it falls short. The key of a service that asks for
 * one comes in the environment: arguments are seen by everybody on the machine.
 */
const [, , baseUrl, ...more] = process.argv
const { CONFORMANCE_KEY: token } = process.env
if (baseUrl === undefined || !URL.canParse(baseUrl) || more.length > 0) {
  console.error('Usage: npm run conformance -- http://host:8000')
  console.error('A service that asks who calls needs CONFORMANCE_KEY: a key with the scopes read, write, act and keys.')
  process.exit(64)
}

let shown = ''
const results = await runConformance(
  { baseUrl, ...(token !== undefined && { token }) },
  ({ chapter, title, error }) => {
    if (chapter !== shown) console.log(`\n${chapter}`)
    shown = chapter
    console.log(
      error === undefined
        ? `  ✔ ${title}`
        : `  ✘ ${title}\n      ${error instanceof Error ? error.message : inspect(error)}`,
    )
  },
)
const failed = results.filter(({ error }) => error !== undefined).length
console.log(`\n${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
