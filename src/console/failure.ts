import { isProblem } from '../client/index.ts'
import { say } from './words.ts'

/** What to tell somebody of what went wrong. What cannot be asked at all, as a user `..`, is not the network's fault. */
export const failureText = (error: unknown): string => {
  if (isProblem(error)) return say('failure', { why: error.problem.detail })
  return error instanceof RangeError ? say('failure', { why: error.message }) : say('noNetwork')
}
