import { readFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** Variables that may be given as `<name>_FILE`, the path of a file with the value. */
export const SECRETS = [
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'AUTH_JWT_SECRET',
  'AUTH_JWT_SECRET_PREVIOUS',
  'AUTH_ROOT_KEY',
  'AUTH_ROOT_KEY_PREVIOUS',
] as const

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** The environment with what the files of secrets hold. White space at their ends is not part of it. */
export const withSecretFiles = (environment: Environment): E.Either<readonly string[], Environment> => {
  const found: Record<string, string | undefined> = { ...environment }
  const errors: string[] = []
  for (const name of SECRETS) {
    const path = environment[`${name}_FILE`]
    if (path === undefined) continue
    const secret = read(path)
    if (environment[name] !== undefined) errors.push(`${name} and ${name}_FILE must not both be set`)
    else if (secret === undefined) errors.push(`${name}_FILE must name a file that can be read`)
    else if (secret === '') errors.push(`${name}_FILE must name a file that is not empty`)
    else found[name] = secret
  }
  return errors.length > 0 ? E.left(errors) : E.right(found)
}
