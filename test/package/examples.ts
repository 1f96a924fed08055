import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const GUIDE = join(import.meta.dirname, '../../docs/testing-your-code.md')

/** The files that the guide shows: each block of TypeScript under the comment that names it. */
export const examples = (): ReadonlyMap<string, string> => {
  const guide = readFileSync(GUIDE, 'utf8')
  const blocks = guide.matchAll(/^<!-- ([\w.-]+\.ts) -->\n\n```ts\n(.*?)^```/gms)
  return new Map(Array.from(blocks, ([, name = '', text = '']) => [name, text]))
}
