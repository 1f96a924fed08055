import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
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

const MOST_WORKERS = 256

/** `auto`: one for each processor that the process may use. */
const workers = variable(
  'Workers',
  1,
  (text) => {
    if (text === 'auto') return Math.min(availableParallelism(), MOST_WORKERS)
    return /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MOST_WORKERS ? Number(text) : undefined
  },
  `must be auto, or a whole number from 1 to ${MOST_WORKERS}`,
)

const oneOf = <A extends string>(fallback: A, ...options: readonly A[]) =>
  variable(
    'OneOf',
    fallback,
    (text) => options.find((option) => option === text),
    `must be one of ${options.join(', ')}`,
  )

const text = (fallback: string) => variable('Text', fallback, (text) => text, 'must not be empty')

/** The driver decodes these parts of a URL when it connects, and throws at what is not encoded well. */
const isEncodedWell = (text: string) => {
  const { username, password, pathname } = new URL(text)
  return [username, password, pathname].every((part) => E.isRight(E.tryCatch(() => decodeURIComponent(part), String)))
}

const databaseUrl = variable<string | undefined>(
  'DatabaseUrl',
  undefined,
  (text) => (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text) && isEncodedWell(text) ? text : undefined),
  'must be a URL that begins with postgres:// or postgresql://, its parts percent-encoded',
)

/** Every variable the service reads, its default and its rule. README and `.env.example` list the same. */
export const Variables = t.type({
  HOST: text('0.0.0.0'),
  PORT: wholeNumber(8000, 0, 65_535),
  WORKERS: workers,
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

/** Values that are each allowed, and together would end the service or lose what somebody thinks is kept. */
const contradictions = (config: Config): readonly string[] => {
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
  return rules.flatMap(([holds, sentence]) => (holds ? [sentence] : []))
}

const decode = (environment: Environment): E.Either<readonly string[], Config> =>
  E.mapLeft((errors: t.Errors) =>
    errors.map(({ context, message }) => `${context.at(-1)?.key ?? ''} ${message ?? 'is not valid'}`),
  )(Variables.decode(environment))

const consistent = (config: Config): E.Either<readonly string[], Config> => {
  const found = contradictions(config)
  return found.length > 0 ? E.left(found) : E.right(config)
}

/** The configuration, or every error there is in it, each naming its variable. Values are never repeated: some are secret. */
export const readConfig = (environment: Environment): E.Either<readonly string[], Config> =>
  pipe(withSecrets(environment), E.flatMap(decode), E.flatMap(consistent))
