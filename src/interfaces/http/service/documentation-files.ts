import type { Reply } from '../endpoint/reply.ts'
import { standingPage } from './standing.ts'
import { swaggerFiles } from './swagger-ui.ts'

/** Answers by the name of the file. What could not be read is read again when it is asked for again. */
const answers = new Map<string, Promise<Reply>>()

/**
 * The files of the documentation's page, each read when it is first asked for and kept (2.2 MB all together): a server
 * whose documentation nobody opens spares reading and memory. Undefined when the page has no such file.
 */
export const documentationFile = (name: string): Promise<Reply> | undefined => {
  const file = swaggerFiles.get(name)
  if (!file) return undefined
  const known = answers.get(name)
  if (known) return known
  const answer = file.read().then((content) => standingPage(file.type, content))
  answers.set(name, answer)
  answer.catch(() => answers.delete(name))
  return answer
}
