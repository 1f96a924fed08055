import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Auth, authContradictions, authOf, authVariables, misspelt } from './config/auth.ts'
import { type Environment, withSecretFiles } from './config/secret-files.ts'
import { tracesContradictions, tracesVariables } from './config/traces.ts'
import { basePath, databaseUrl, isOrigin, limit, list, oneOf, text, wholeNumber, workers } from './config/variable.ts'

/** Every variable the service reads, its default and its rule. README and `.env.example` list the same. */
export const Variables = t.type({
  HOST: text('127.0.0.1'),
  PORT: wholeNumber(8000, 0, 65_535),
  BASE_PATH: basePath,
  ALLOWED_HOSTS: list(
    (text) => /^[\w-]+(?:\.[\w-]+)*$/.test(text),
    'must be names of hosts between commas, without ports, such as chat.example.org',
  ),
  CORS_ORIGINS: list(
    isOrigin,
    'must be *, or origins between commas as browsers spell them, such as https://chat.example.org',
  ),
  RATE_LIMIT: limit(1, 1_000_000),
  WORKERS: workers,
  CONSOLE: oneOf('on', 'on', 'off'),
  STORAGE: oneOf('postgres', 'postgres', 'memory'),
  DATABASE_URL: databaseUrl,
  DATABASE_POOLER: oneOf('none', 'none', 'transaction'),
  DATABASE_DIRECT_URL: databaseUrl,
  DATABASE_POOL_SIZE: wholeNumber(10, 1, 500),
  DATA_DIR: text('./data'),
  LOG_LEVEL: oneOf('info', 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  HEADERS_TIMEOUT_MS: wholeNumber(10_000, 100, 600_000),
  REQUEST_TIMEOUT_MS: wholeNumber(30_000, 100, 600_000),
  KEEP_ALIVE_TIMEOUT_MS: wholeNumber(65_000, 0, 600_000),
  ANSWER_STALL_TIMEOUT_MS: wholeNumber(30_000, 100, 600_000),
  STREAM_LIMIT: wholeNumber(10_000, 0, 1_000_000),
  STREAM_STALL_TIMEOUT_MS: wholeNumber(30_000, 100, 600_000),
  SHUTDOWN_DELAY_MS: wholeNumber(0, 0, 600_000),
  SHUTDOWN_TIMEOUT_MS: wholeNumber(10_000, 0, 600_000),
  ...tracesVariables,
  ...authVariables,
})

type Decoded = t.TypeOf<typeof Variables>

/** What the variables say. Those of callers are put together: without `auth` everybody is let in. */
export interface Config extends Omit<Decoded, keyof typeof authVariables> {
  readonly auth: Auth | undefined
}

/** Values that are each allowed, and together would end the service or lose what somebody thinks is kept. */
const contradictions = (config: Decoded): readonly string[] => {
  const { STORAGE, DATABASE_URL, DATABASE_DIRECT_URL, DATABASE_POOLER, HEADERS_TIMEOUT_MS, REQUEST_TIMEOUT_MS } = config
  const { WORKERS, STREAM_LIMIT } = config
  const isMemory = STORAGE === 'memory'
  const rules: readonly (readonly [boolean, string])[] = [
    [
      HEADERS_TIMEOUT_MS > REQUEST_TIMEOUT_MS,
      'HEADERS_TIMEOUT_MS must not be above REQUEST_TIMEOUT_MS, which counts the head of a request, too: lower the one or raise the other',
    ],
    [
      isMemory && WORKERS > 1,
      'STORAGE=memory is kept in one process, and WORKERS would be several: remove one of the two',
    ],
    [
      STREAM_LIMIT > 0 && STREAM_LIMIT < WORKERS,
      'STREAM_LIMIT must not be below WORKERS, each of which takes its share of it: raise the one or lower the other',
    ],
    [
      isMemory && DATABASE_URL !== undefined,
      'STORAGE=memory would leave the database of DATABASE_URL unused and keep nothing: remove one of the two',
    ],
    [
      isMemory && DATABASE_URL === undefined && DATABASE_DIRECT_URL !== undefined,
      'STORAGE=memory would leave the database of DATABASE_DIRECT_URL unused and keep nothing: remove one of the two',
    ],
    [
      !isMemory && DATABASE_DIRECT_URL !== undefined && DATABASE_URL === undefined,
      'DATABASE_DIRECT_URL is of use beside DATABASE_URL alone: set DATABASE_URL, to the same server when there is no pooler',
    ],
    [
      DATABASE_POOLER !== 'none' && DATABASE_URL === undefined,
      'DATABASE_POOLER is of use with DATABASE_URL alone: set DATABASE_URL to the pooler, or remove DATABASE_POOLER',
    ],
    [
      DATABASE_POOLER !== 'none' && DATABASE_URL !== undefined && DATABASE_DIRECT_URL === DATABASE_URL,
      'DATABASE_DIRECT_URL must not be DATABASE_URL when that is a pooler: set it to PostgreSQL itself, or remove it',
    ],
  ]
  return [
    ...rules.flatMap(([holds, sentence]) => (holds ? [sentence] : [])),
    ...tracesContradictions(config),
    ...authContradictions(config),
  ]
}

const decode = (environment: Environment): E.Either<readonly string[], Decoded> =>
  E.mapLeft((errors: t.Errors) =>
    errors.map(({ context, message }) => `${context.at(-1)?.key ?? ''} ${message ?? 'is not valid'}`),
  )(Variables.decode(environment))

const configOf = (decoded: Decoded): Config => {
  const { AUTH_JWT_SECRET, AUTH_JWT_SECRET_PREVIOUS, AUTH_ROOT_KEY, AUTH_ROOT_KEY_PREVIOUS, ...others } = decoded
  const { AUTH_JWKS_URL, AUTH_JWKS_FILE, AUTH_ISSUER, AUTH_AUDIENCE, ...rest } = others
  const secrets = { AUTH_JWT_SECRET, AUTH_JWT_SECRET_PREVIOUS, AUTH_ROOT_KEY, AUTH_ROOT_KEY_PREVIOUS }
  return { ...rest, auth: authOf({ ...secrets, AUTH_JWKS_URL, AUTH_JWKS_FILE, AUTH_ISSUER, AUTH_AUDIENCE }) }
}

/** The configuration, or every error there is in it, each naming its variable. Values are never repeated: some are secret. */
export const readConfig = (environment: Environment): E.Either<readonly string[], Config> => {
  const decoded = E.flatMap(decode)(withSecretFiles(environment))
  const errors = [...misspelt(environment), ...(E.isLeft(decoded) ? decoded.left : [])]
  if (errors.length > 0 || E.isLeft(decoded)) return E.left(errors)
  const found = contradictions(decoded.right)
  return found.length > 0 ? E.left(found) : E.right(configOf(decoded.right))
}
