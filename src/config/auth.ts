import { readFileSync } from 'node:fs'
import type * as t from 'io-ts'
import { PUBLIC_ALGORITHMS, publicKeysOf } from '../infrastructure/auth/public-keys.ts'
import { type Environment, SECRETS } from './secret-files.ts'
import { set } from './variable.ts'

/** Bytes of a shared secret: RFC 7518 (section 3.2) asks for as many as HS256 makes. */
const SECRET_BYTES = 32

/** Names that no resolver takes to another network: this machine's, and those of containers beside ours. */
const isNear = (host: string) => !/[.:]/.test(host) || /^127(\.\d+){3}$/.test(host) || host === '[::1]'

const isKeySetUrl = (text: string) => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  const isPrivate = protocol === 'https:' || (protocol === 'http:' && isNear(hostname))
  return isPrivate && username === '' && password === ''
}

const jwtSecret = set(
  (text) => Buffer.byteLength(text) >= SECRET_BYTES,
  `must be at least ${SECRET_BYTES} bytes long, or not be set`,
)
const rootKey = set((text) => /^[!-~]{32,}$/.test(text), 'must be at least 32 visible ASCII characters, or not be set')

/** Who is let in. None of these has a default, and one that is empty is an error: nobody shall think the door is locked. */
export const authVariables = {
  AUTH_JWT_SECRET: jwtSecret,
  AUTH_JWT_SECRET_PREVIOUS: jwtSecret,
  AUTH_JWKS_URL: set(
    isKeySetUrl,
    'must be an https URL without user and password, or an http one of this machine or of a name without a dot, or not be set',
  ),
  AUTH_JWKS_FILE: set(() => true, 'must be the path of a file, or not be set'),
  AUTH_ROOT_KEY: rootKey,
  AUTH_ROOT_KEY_PREVIOUS: rootKey,
  AUTH_ISSUER: set(() => true, 'must not be empty: give it a value, or remove it'),
  AUTH_AUDIENCE: set(() => true, 'must not be empty: give it a value, or remove it'),
}

type AuthVariables = t.TypeOf<t.TypeC<typeof authVariables>>

/** How callers show who they are; at least one of the two. */
export interface Auth {
  /** None, or one, and while it is changed the one before as well. */
  readonly rootKeys: readonly string[]
  /** What tokens of users are signed with, and what they must say. */
  readonly tokens:
    | {
        /** As the root keys. */
        readonly secrets: readonly string[]
        readonly keySetUrl: string | undefined
        readonly keySetFile: string | undefined
        readonly issuer: string | undefined
        readonly audience: string | undefined
      }
    | undefined
}

/** A sentence for each variable that looks like one of these and is none, in capitals or not. */
export const misspelt = (environment: Environment): readonly string[] => {
  const known = new Set([...Object.keys(authVariables), ...SECRETS.map((name) => `${name}_FILE`)])
  return Object.keys(environment)
    .filter((name) => /^AUTH_/i.test(name) && environment[name] !== undefined && !known.has(name))
    .map((name) => `${name} is not a variable of the service: correct its name, or remove it`)
}

const wrongWith = (path: string): string | undefined => {
  try {
    if (publicKeysOf(readFileSync(path, 'utf8')).length > 0) return undefined
    return `AUTH_JWKS_FILE must name a JSON Web Key Set with a public key for ${PUBLIC_ALGORITHMS.join(', ')}: correct it`
  } catch {
    return 'AUTH_JWKS_FILE must name a file that can be read: correct it'
  }
}

/** What was accepted before is of use beside what takes its place. */
const wrongWithPrevious = (variables: AuthVariables): readonly string[] =>
  (['AUTH_JWT_SECRET', 'AUTH_ROOT_KEY'] as const).flatMap((name) => {
    const [value, previous] = [variables[name], variables[`${name}_PREVIOUS`]]
    if (previous === undefined) return []
    if (value === undefined)
      return [`${name}_PREVIOUS is of use beside ${name} alone: set that to the new one, or rename this to it`]
    return previous === value
      ? [`${name}_PREVIOUS must not be ${name}: set ${name} to the new one, or remove this`]
      : []
  })

/** Values that are each allowed, and together let in whom nobody meant, or nobody. */
export const authContradictions = (variables: AuthVariables): readonly string[] => {
  const { AUTH_JWT_SECRET, AUTH_JWKS_URL, AUTH_JWKS_FILE, AUTH_ISSUER, AUTH_AUDIENCE } = variables
  const keySet = AUTH_JWKS_URL === undefined ? 'AUTH_JWKS_FILE' : 'AUTH_JWKS_URL'
  const isForTokens = [AUTH_JWT_SECRET, AUTH_JWKS_URL, AUTH_JWKS_FILE].some((value) => value !== undefined)
  const useless = (['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const)
    .filter((name) => !isForTokens && variables[name] !== undefined)
    .map((name) => `${name} lets nobody in by itself: set AUTH_JWT_SECRET, AUTH_JWKS_URL or AUTH_JWKS_FILE as well`)
  const unbound =
    variables[keySet] !== undefined && AUTH_ISSUER === undefined && AUTH_AUDIENCE === undefined
      ? [`${keySet} would let in with tokens that are meant for others: set AUTH_ISSUER or AUTH_AUDIENCE as well`]
      : []
  const both =
    AUTH_JWKS_URL !== undefined && AUTH_JWKS_FILE !== undefined
      ? ['AUTH_JWKS_URL and AUTH_JWKS_FILE must not both be set: remove one of the two']
      : []
  const wrong = AUTH_JWKS_FILE === undefined ? undefined : wrongWith(AUTH_JWKS_FILE)
  return [...useless, ...unbound, ...both, ...wrongWithPrevious(variables), ...(wrong === undefined ? [] : [wrong])]
}

const those = (...values: readonly (string | undefined)[]) => values.filter((value) => value !== undefined)

/** Nothing, when nobody has to say who they are. */
export const authOf = (variables: AuthVariables): Auth | undefined => {
  const { AUTH_JWKS_URL, AUTH_JWKS_FILE, AUTH_ISSUER, AUTH_AUDIENCE } = variables
  const secrets = those(variables.AUTH_JWT_SECRET, variables.AUTH_JWT_SECRET_PREVIOUS)
  const rootKeys = those(variables.AUTH_ROOT_KEY, variables.AUTH_ROOT_KEY_PREVIOUS)
  const isForTokens = secrets.length > 0 || AUTH_JWKS_URL !== undefined || AUTH_JWKS_FILE !== undefined
  if (!isForTokens && rootKeys.length === 0) return undefined
  const tokens = {
    secrets,
    keySetUrl: AUTH_JWKS_URL,
    keySetFile: AUTH_JWKS_FILE,
    issuer: AUTH_ISSUER,
    audience: AUTH_AUDIENCE,
  }
  return { rootKeys, tokens: isForTokens ? tokens : undefined }
}
