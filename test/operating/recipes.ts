import { readFileSync } from 'node:fs'

/** A fenced block of `docs/operating.md`. */
export interface Recipe {
  /** What the block is written in: `nginx`, `sh`, `console` … */
  readonly language: string
  readonly text: string
}

const document = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')

/** The blocks below a heading of the second level, in their order. Throws when there is no such heading. */
export const recipesOf = (heading: string): readonly Recipe[] => {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`docs/operating.md has no heading "${heading}"`)
  return Array.from(section.matchAll(/^```(\w+)\n(.*?)^```/gms), ([, language = '', text = '']) => ({ language, text }))
}
