import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Step } from '../console-steps.ts'

/** What became of the commands of a document. */
export interface Taken {
  readonly commands: number
  /** Each with what it printed. */
  readonly failures: readonly string[]
  /** Milliseconds since 1970 at which the first command that makes a message had printed it. */
  readonly firstMessageAt: number | undefined
}

/** Bytes that no output has: after what a command prints, then after its status, then after the time. */
const [END, NEXT] = ['\u0001', '\0']

const AFTERWARDS = `printf '\\001%s\\001%s\\0' $? "$(date +%s%3N)"`

const IS_PROBLEM = /"type":"\/problems\//
const IS_MESSAGE = /^\{"id":\d+,"chat_id":\d+,/

/** A command fails when it says so, prints nothing where the document shows something, or is refused where it shows no refusal. */
const isFailure = ({ output }: Step, printed: string, status: string): boolean => {
  if (status !== '0') return true
  if (output !== '' && printed.trim() === '') return true
  return IS_PROBLEM.test(printed) && !IS_PROBLEM.test(output)
}

/** Takes the commands as they stand, in one shell; the address that documents show is that of the server. */
export const take = async (steps: readonly Step[], url: string, env: NodeJS.ProcessEnv): Promise<Taken> => {
  const host = new URL(url).host
  const script = steps.map(({ command }) => `${command.replaceAll('localhost:8000', host)}\n${AFTERWARDS}\n`).join('')
  const shell = spawn('bash', ['-o', 'pipefail', '-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [printed, complaints] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'exit')])

  const failures: string[] = []
  let firstMessageAt: number | undefined
  const parts = printed.split(NEXT)
  for (const [index, step] of steps.entries()) {
    const [output = '', status = 'not reached', time] = (parts[index] ?? '').split(END)
    if (isFailure(step, output, status)) failures.push(`$ ${step.command}\n${output}${complaints}(${status})`)
    if (IS_MESSAGE.test(output)) firstMessageAt ??= Number(time)
  }
  return { commands: steps.length, failures, firstMessageAt }
}
