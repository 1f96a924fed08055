/** A command that a document shows, and what it prints. */
export interface Step {
  readonly command: string
  readonly output: string
}

/** The commands of the console blocks below a heading of the second level, each with the lines that follow it. */
export const stepsOf = (document: string, heading: string): readonly Step[] => {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const blocks = Array.from(section.matchAll(/^```console\n(.*?)^```/gms), ([, block = '']) => block)
  return blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((step) => {
      const [command = '', ...output] = step.trimEnd().split('\n')
      return { command, output: output.join('\n') }
    })
}
