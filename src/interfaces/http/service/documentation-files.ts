import type { Reply } from '../endpoint/reply.ts'
import { standingPage } from './standing.ts'

/** A file of the page: text of ours, or bytes of a package. */
export interface PageFile {
  readonly type: string
  readonly read: () => Promise<string | Buffer>
}

/**
 * Answers with the files of the documentation's page, each read when it is first asked for and kept (2.2 MB all together): a
 * server whose documentation nobody opens spares reading and memory. What could not be read is read again when it is
 * asked for again. Undefined when there is no such file.
 */
export const keptFiles = (files: ReadonlyMap<string, PageFile>): ((name: string) => Promise<Reply> | undefined) => {
  const answers = new Map<string, Promise<Reply>>()

  return (name) => {
    const file = files.get(name)
    if (!file) return undefined
    const known = answers.get(name)
    if (known) return known
    const answer = file.read().then((content) => standingPage(file.type, content))
    answers.set(name, answer)
    answer.catch(() => answers.delete(name))
    return answer
  }
}
