import { readFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A variable with a default, read from text. */
const variable = <A>(name: string, fallback: A, read: (text: string) => A | undefined, rule: string) =>
  new t.Type<A, string, unknown>(
    name,
    (u): u is A => u !== undefined,
    (u, context) => {
      if (u === undefined || u === '') return t.success(fallback)
      const value = typeof u === 'string' ? read(u.trim()) : undefined
      return value === undefined ? t.failure(u, context, rule) : t.success(value)
    },
    String,
  )

const wholeNumber = (fallback: number, low: number, high: number) =>
  variable(
    'WholeNumber',
    fallback,
    (text) => (/^\d{1,9}$/.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : undefined),
    `must be a whole number from ${low} to ${high}`,
  )

const oneOf = <A extends string>(fallback: A, ...options: readonly A[]) =>
  variable(
    'OneOf',
    fallback,
    (text) => options.find((option) => option === text),
    `must be one of ${options.join(', ')}`,
  )

const text = (fallback: string) => variable('Text', fallback, (text) => text, 'must not be empty')

const databaseUrl = variable<string | undefined>(
  'DatabaseUrl',
  undefined,
  (text) => (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
  'must be a URL that begins with postgres:// or postgresql://',
)

/** Every variable the service reads, its default and its rule. README and `.env.example` list the same. */
export const Variables = t.type({
  HOST: text('0.0.0.0'),
  PORT: wholeNumber(8000, 0, 65_535),
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
})

/** Variables that may be given as `<name>_FILE`, the path of a file with the value. */
const SECRETS = ['DATABASE_URL', 'DATABASE_DIRECT_URL'] as const

export type Config = t.TypeOf<typeof Variables>

const withSecrets = (environment: Environment): E.Either<readonly string[], Environment> => {
  const read: Record<string, string | undefined> = { ...environment }
  for (const name of SECRETS) {
    const file = environment[`${name}_FILE`]
    if (file === undefined) continue
    if (environment[name] !== undefined) return E.left([`${name} and ${name}_FILE must not both be set`])
    try {
      read[name] = readFileSync(file, 'utf8').trim()
    } catch {
      return E.left([`${name}_FILE must name a file that can be read`])
    }
  }
  return E.right(read)
}

/** The configuration, or every error there is in it, each naming its variable. Values are never repeated: some are secret. */
export const readConfig = (environment: Environment): E.Either<readonly string[], Config> =>
  E.flatMap((read: Environment) =>
    E.mapLeft((errors: t.Errors) =>
      errors.map(({ context, message }) => `${context.at(-1)?.key ?? ''} ${message ?? 'is not valid'}`),
    )(Variables.decode(read)),
  )(withSecrets(environment))
