/*
 * What the services of a whole run have logged and counted, and what they were told in confidence. The last test of a run
 * holds the one against the other.
 */

/** Lines that differ in what every line differs in are one. */
const VARYING =
  /"time":\d+,|"pid":\d+,|"durationMs":[\d.]+,?|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

const heard = new Set<string>()
const confided = new Set<string>()

/** A line of a log, of a metric or of a standard error. */
export const hear = (line: string): void => void heard.add(line.replaceAll(VARYING, ''))

/** Shorter ones are the words by which tests call their callers. */
const SHORTEST = 16
/** Of a query: a shorter one says no more than `a=1`. */
const SHORTEST_QUERY = 8

/** What a service was told in `Authorization`, in its query or in its environment, and must not repeat. */
export const confidencesIn = (target: string, headers: Readonly<Record<string, string>> = {}): readonly string[] => {
  const query = target.split('?')[1] ?? ''
  const tokens = [
    headers['authorization']?.split(' ').at(-1) ?? '',
    ...new URLSearchParams(query).getAll('access_token'),
  ]
  return [...tokens.filter(({ length }) => length >= SHORTEST), ...(query.length >= SHORTEST_QUERY ? [query] : [])]
}

export const confide = (...secrets: readonly string[]): void => {
  for (const secret of secrets) confided.add(secret)
}

const SECRET_VARIABLES = ['AUTH_JWT_SECRET', 'AUTH_JWT_SECRET_PREVIOUS', 'AUTH_ROOT_KEY', 'AUTH_ROOT_KEY_PREVIOUS']

/** Of the variables of a service, those that are secret. */
export const confideVariables = (variables: Readonly<Record<string, string>>): void =>
  confide(...SECRET_VARIABLES.flatMap((name) => variables[name] ?? []))

/** Credentials by their looks, also those that nobody has confided. */
const CREDENTIAL = /msgr_[\w-]{20,}|eyJ[\w-]+\.[\w-]+|\bbearer \S|access_token|on_behalf_of/i

export const linesHeard = (): readonly string[] => [...heard]
export const secretsConfided = (): readonly string[] => [...confided]

/** The lines that repeat what they must not. */
export const leaksIn = (lines: Iterable<string>): readonly string[] =>
  [...lines].filter((line) => CREDENTIAL.test(line) || secretsConfided().some((secret) => line.includes(secret)))
