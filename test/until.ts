import { setTimeout as sleep } from 'node:timers/promises'

/** Less than a test may take, so that it says what was waited for; more than a busy machine needs. */
const PATIENCE_MS = 45_000

/** Waits for what no event tells. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${PATIENCE_MS} ms have passed, and not: ${holds.toString()}`)
    await sleep(5)
  }
}
