import type { ChildProcess, Serializable } from 'node:child_process'

/** What a child process answers when it could not do as it was told. */
export interface Failed {
  readonly failed: string
}

/**
 * Tells the child what to do and waits for its answer, one at a time. Rejects when it failed, ended, or did not answer
 * within `patience` milliseconds. `who` names the child in what it rejects with.
 */
export const ask = <Answer extends object>(
  child: ChildProcess,
  who: string,
  message: Serializable,
  patience: number,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit)
      settle()
    }
    const fail = (reason: string) => finish(() => reject(new Error(reason)))
    const onExit = (code: number | null, signal: string | null) =>
      fail(`the process of the ${who} ended, ${signal ?? code}`)
    const onMessage = (answer: Answer | Failed) =>
      'failed' in answer ? fail(answer.failed) : finish(() => resolve(answer))
    const timer = setTimeout(() => fail(`the ${who} did not finish in time`), patience)
    child.on('message', onMessage).once('exit', onExit)
    child.send(message)
  })
