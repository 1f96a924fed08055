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

/** Between the outputs of two commands, which hold no such byte. */
const BETWEEN = '\0'

/** What every command of the tour prints, in one shell. */
const take = async (host: string, commands: readonly string[]) => {
  const script = commands.map((command) => `${command.replaceAll('localhost:8000', host)}\nprintf '\\0'\n`).join('')
  const { stdout } = await run('bash', ['-c', script])
  return stdout.split(BETWEEN).slice(0, -1)
}

/** Times and the number of the chat differ from run to run, and nothing else does. */
const comparable = (text: string, chat: number) =>
  text
    .trimEnd()
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replaceAll('\r', '')
    .replaceAll(new RegExp(`("chat_id":|/chats/|Chat )${chat}\\b`, 'g'), '$1<chat>')
    .replaceAll(`{"id":${chat},"title"`, '{"id":<chat>,"title"')

describe("The README's tour", () =>
  overEachStorage((storage) => {
    const hold = releasing()

    it('runs as it stands and answers what it shows, and does so again', async () => {
      const messenger = hold(await served(await storage()), ({ stop }) => stop())
      const all = steps()
      expect(all).to.have.length.above(9)
      for (const chat of [1, 2]) {
        const commands = all.map(({ command }) => command)
        const outputs = await take(messenger.url.replace('http://', ''), commands)
        for (const [index, { command, output }] of all.entries())
          expect(comparable(outputs[index] ?? '', chat), command).to.equal(comparable(output, 1))
      }
    })
  }))
