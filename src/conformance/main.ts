#!/usr/bin/env node
import { inspect } from 'node:util'
import { runConformance } from './run-conformance.ts'

/** Holds the service at a URL against the contract, and ends with 1 when it falls short. */
const [, , baseUrl] = process.argv
if (baseUrl === undefined || !URL.canParse(baseUrl)) {
  console.error('Usage: npm run conformance -- http://host:8000')
  process.exit(64)
}

let shown = ''
const results = await runConformance({ baseUrl }, ({ chapter, title, error }) => {
  if (chapter !== shown) console.log(`\n${chapter}`)
  shown = chapter
  console.log(
    error === undefined
      ? `  ✔ ${title}`
      : `  ✘ ${title}\n      ${error instanceof Error ? error.message : inspect(error)}`,
  )
})
const failed = results.filter(({ error }) => error !== undefined).length
console.log(`\n${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
