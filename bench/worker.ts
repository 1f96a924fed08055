import { fork, type Serializable } from 'node:child_process'
import { ask, type Failed } from './ask.ts'

/** A process that does one thing at a time as it is told. */
export interface Worker<Command, Reply> {
  readonly pid: number
  /** Rejects when it failed, ended, or did not answer within a minute more than the command's seconds. */
  readonly tell: (command: Command) => Promise<Reply>
  readonly stop: () => void
}

const GRACE_MS = 60_000

/** Starts the program in a process of its own. `who` names it in what its commands reject with. */
export const startWorker = <Command extends Serializable & { readonly seconds?: number }, Reply extends object>(
  program: URL,
  args: readonly string[],
  who: string,
): Worker<Command, Reply> => {
  const child = fork(program, [...args])
  return {
    pid: child.pid ?? 0,
    tell: (command) => ask<Reply>(child, who, command, (command.seconds ?? 0) * 1000 + GRACE_MS),
    stop: () => void child.kill('SIGKILL'),
  }
}

/** For the program itself: obeys until whoever started it has gone. */
export const obey = (carryOut: (command: never) => Promise<object>): void => {
  const answer = (value: object) => process.send?.(value)
  process.on('message', (command) => {
    carryOut(command as never).then(answer, (error: unknown) =>
      answer({ failed: error instanceof Error ? error.message : String(error) } satisfies Failed),
    )
  })
  process.on('disconnect', () => process.exit())
  // Ctrl-C reaches every process of the terminal; the bench decides when this one ends.
  process.on('SIGINT', () => undefined)
}
