import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'

const run = promisify(execFile)

interface Step {
  readonly command: string
  readonly output: string
}

/** The commands of the README's console blocks, each with the lines that follow it. */
const steps = (): readonly Step[] => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = Array.from(readme.matchAll(/^```console\n(.*?)^```/gms), ([, block = '']) => block)
  return blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((step) => {
      const [command = '', ...output] = step.trimEnd().split('\n')
      return { command, output: output.join('\n') }
    })
}

/** Times differ from run to run, and nothing else does. */
const timeless = (text: string) =>
  text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>').replaceAll('\r', '')

describe("The README's tour", () =>
  overEachStorage((storage) => {
    const hold = releasing()

    it('runs as it stands and answers what it shows', async () => {
      const messenger = hold(await served(await storage()), ({ stop }) => stop())
      const host = messenger.url.replace('http://', '')
      const all = steps()
      expect(all).to.have.length.above(9)
      for (const { command, output } of all) {
        const { stdout } = await run('bash', ['-c', command.replaceAll('localhost:8000', host)])
        expect(timeless(stdout.trimEnd()), command).to.equal(timeless(output))
      }
    })
  }))
