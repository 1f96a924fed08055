import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { type Step, stepsOf as stepsIn } from '../console-steps.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'

const run = promisify(execFile)

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

const stepsOf = (heading: string) => stepsIn(readme, heading)

/** Between the outputs of two commands, which hold no such byte. */
const BETWEEN = '\0'

/** What every command prints, in one shell. */
const take = async (host: string, commands: readonly string[], env = process.env) => {
  const script = commands.map((command) => `${command.replaceAll('localhost:8000', host)}\nprintf '\\0'\n`).join('')
  const { stdout } = await run('bash', ['-c', script], { env })
  return stdout.split(BETWEEN).slice(0, -1)
}

/** Times, the words for them and the numbers of the chats differ from run to run, and nothing else does. */
const comparable = (text: string, chats: readonly number[]) =>
  chats
    .reduce((numbered, chat, index) => withoutNumber(numbered, chat, `<chat ${index}>`), text)
    .trimEnd()
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replaceAll('\r', '')
    .replaceAll(/^id: [\w-]{8,}$/gm, 'id: <word>')

const withoutNumber = (text: string, chat: number, name: string) =>
  text
    .replaceAll(`"chat_ids":[${chat}]`, `"chat_ids":[${name}]`)
    .replaceAll(new RegExp(`("chat_id":|/chats/|Chat )${chat}\\b`, 'g'), `$1${name}`)
    .replaceAll(`{"id":${chat},"title"`, `{"id":${name},"title"`)

/** Takes the steps, which open so many chats, twice, and each time compares all that they print with what the README shows. */
const takeTwice = async (url: string, steps: readonly Step[], opened: number, env?: NodeJS.ProcessEnv) => {
  const shown = Array.from({ length: opened }, (_, n) => n + 1)
  for (const before of [0, opened]) {
    const chats = shown.map((number) => before + number)
    const commands = steps.map(({ command }) => command)
    const outputs = await take(url.replace('http://', ''), commands, env)
    for (const [index, { command, output }] of steps.entries())
      expect(comparable(outputs[index] ?? '', chats), command).to.equal(comparable(output, shown))
  }
}

/** The environment that the command leaves behind: two variables, each a secret that it made. */
const secretsMadeBy = async (command: string) => {
  const names = ['AUTH_JWT_SECRET', 'AUTH_ROOT_KEY']
  const script = `${command}\nfor name in ${names.join(' ')}; do printenv $name; done`
  const { stdout } = await run('bash', ['-c', script], { env: { PATH: process.env['PATH'] } })
  const [secret = '', rootKey = ''] = stdout.trimEnd().split('\n')
  return { AUTH_JWT_SECRET: secret, AUTH_ROOT_KEY: rootKey }
}

describe("The README's tour", () =>
  overEachStorage((storage) => {
    const hold = releasing()

    it('and more than text run as they stand and answer what they show, and do so again', async () => {
      const messenger = hold(await served(await storage()), ({ stop }) => stop())
      const steps = [...stepsOf('A tour'), ...stepsOf('More than text')]
      expect(steps).to.have.length.above(25)
      await takeTwice(messenger.url, steps, 2)
    })

    it('of who may do what and of what was read does so, too, with the secrets that its first command makes', async () => {
      const [made, start, ...steps] = [...stepsOf('Who may do what'), ...stepsOf('What have I not read')]
      expect(start?.command).to.match(/^npm start /)
      const secrets = await secretsMadeBy(made?.command ?? '')
      const messenger = hold(await served(await storage(), secrets), ({ stop }) => stop())
      expect(steps).to.have.length.above(15)
      await takeTwice(messenger.url, steps, 1, { ...process.env, ...secrets })
    })
  }))
