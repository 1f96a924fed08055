import { isProblem } from '../client/index.ts'
import { say } from './words.ts'

/** What to tell somebody of what went wrong. */
export const failureText = (error: unknown): string =>
  isProblem(error) ? say('failure', { why: error.problem.detail }) : say('noNetwork')
