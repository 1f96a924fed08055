import { appendFileSync } from 'node:fs'

/**
 * Loaded before a server: each signature that it verifies, which is where every call of jose ends, adds a byte to the file
 * that VERIFICATIONS names.
 */
const { subtle } = crypto
const verify = subtle.verify.bind(subtle)
subtle.verify = (...given) => {
  appendFileSync(process.env['VERIFICATIONS'] ?? '', '.')
  return verify(...given)
}
