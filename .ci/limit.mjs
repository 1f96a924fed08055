import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout } from 'node:timers'

// `node .ci/limit.mjs SECONDS COMMAND…` runs the command and ends with its exit code. What takes longer is asked to stop,
// with everything in its process group, and ended by force if it does not: exit code 124. As coreutils' timeout, which
// not every machine has; and unlike it, it waits for the whole group.
const [, , seconds, command, ...args] = process.argv
const GRACE_MS = 20_000
const CUT_OFF = 124

const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
let code

/** Whether there was still somebody to hear it. */
const signal = (name) => {
  try {
    return process.kill(-child.pid, name)
  } catch {
    return false
  }
}
const end = (withCode, name) => {
  if (code !== undefined) return
  code = withCode
  signal(name)
  setTimeout(signal, GRACE_MS, 'SIGKILL')
  leave()
}
const leave = () => (signal(0) ? setTimeout(leave, 50) : process.exit(code))

setTimeout(end, Number(seconds) * 1000, CUT_OFF, 'SIGTERM')
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => end(128 + constants.signals[name], name))

child.once('error', (error) => {
  console.error(`${command}: ${error.message}`)
  process.exit(127)
})
child.once('exit', (own, name) => {
  if (code === undefined) process.exit(own ?? 128 + constants.signals[name])
})
