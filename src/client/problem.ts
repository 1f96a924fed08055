import type { Problem, ProblemType } from './schemas.ts'

/** The last part of a problem's type: `not-found` of `/problems/not-found`. */
export type ProblemName = ProblemType extends `/problems/${infer Name}` ? Name : never

/** The service refused, and said why. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`)
    this.problem = problem
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
 * Whether what was caught is a refusal of the service, and of that kind if one is named. A service below a path has the types
 * of its problems there, too.
 */
export const isProblem = (error: unknown, name?: ProblemName): error is ProblemError =>
  error instanceof ProblemError && (name === undefined || error.problem.type.endsWith(`/problems/${name}`))

/** What to throw for an answer that is not a success. */
export const refusalOf = (status: number, contentType: string | null, body: string): Error =>
  contentType?.startsWith('application/problem+json')
    ? new ProblemError(JSON.parse(body) as Problem)
    : new UnexpectedAnswer(status, body)
