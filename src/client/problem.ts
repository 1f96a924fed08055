import type { Problem, ProblemsByType, ProblemType } from './schemas.ts'

/** The last part of a problem's type: `not-found` of `/problems/not-found`. */
export type ProblemName = ProblemType extends `/problems/${infer Name}` ? Name : never

/** The problem of that kind, with what it bears beside what every problem does; of several kinds, any of these. */
export type ProblemOf<Name extends ProblemName> = Name extends ProblemName
  ? `/problems/${Name}` extends keyof ProblemsByType
    ? ProblemsByType[`/problems/${Name}`]
    : Problem & { readonly type: `/problems/${Name}` }
  : never

/**
 * The service refused, and said why. A switch over `problem.type` narrows `problem`, and needs a default: a service that is newer
 * than this client may say what is none of `problemTypes`, and then its `status` is what to go by.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: ProblemOf<ProblemName>

  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`)
    this.problem = problem as ProblemOf<ProblemName>
  }
}

/** Something answered that does not speak this API: a proxy, or another service. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
  readonly status: number
  readonly body: string

  constructor(status: number, body: string) {
    super(`status ${status} without a problem document: ${body.slice(0, 200)}`)
    this.status = status
    this.body = body
  }
}

/**
 * Whether what was caught is a refusal of the service, and of that kind if one is named. Then it also has what that kind bears:
 * the `errors` of `validation-failed`.
 */
export const isProblem = <Name extends ProblemName = ProblemName>(
  error: unknown,
  name?: Name,
): error is ProblemError & { readonly problem: ProblemOf<Name> } =>
  error instanceof ProblemError && (name === undefined || error.problem.type === `/problems/${name}`)

/** A service behind a prefix of its path says it before its types, too. Here they are called as in its document. */
const typeWithoutPrefix = (type = 'about:blank') =>
  type.slice(Math.max(0, type.lastIndexOf('/problems/'))) as ProblemType

/** What to throw for an answer that is not a success. */
export const refusalOf = (status: number, contentType: string | null, body: string): Error => {
  if (!contentType?.startsWith('application/problem+json')) return new UnexpectedAnswer(status, body)
  const problem = JSON.parse(body) as Problem
  return new ProblemError({ ...problem, type: typeWithoutPrefix(problem.type) })
}
